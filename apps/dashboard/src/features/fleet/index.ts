/** The fleet: the gateways that decide, and the join keys that admit them. */
export { FleetPage } from './fleet-page.tsx';
export { GatewayStateWord } from './gateways/gateway-state-word.tsx';
export { staleWords } from './gateways/stale-words.ts';
