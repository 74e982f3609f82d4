/** The fleet: the gateways that decide, and the join keys that admit them. */
export { FleetPage } from './fleet-page.tsx';
export { GatewayStateWord } from './gateways/gateway-figures.tsx';
export { staleWords } from './gateways/gateway-state.ts';
