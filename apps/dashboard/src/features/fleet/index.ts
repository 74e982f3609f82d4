/** The fleet: the gateways that decide, and the join keys that let them in. */
export { FleetPage } from './fleet-page.tsx';
export { GatewayStateWord } from './gateways/gateway-state-word.tsx';
export { staleWords } from './gateways/stale-words.ts';
