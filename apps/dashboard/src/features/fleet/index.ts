/** The fleet: the gateways that decide, and the join keys that admit them. */
export { FleetPage } from './fleet-page.tsx';
export { AppliedPanel } from './propagation/applied-panel.tsx';
export { appliedSentences, type Propagation, pollMs } from './propagation/applied-words.ts';
