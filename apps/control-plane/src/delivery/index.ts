/** How anything is sent to servers of other people: at least once, in fair turns, by any number of processes. */

export { busyOrganizations } from './busy-organizations.ts';
export { isAnyEnabled } from './is-any-enabled.ts';
export { leasedDelivery } from './leased-delivery.ts';
export { retryAt } from './retry-at.ts';
export { type Delivery, deliverOnce, type RunLimits, runDelivery } from './run-delivery.ts';
