/** How many calls were made: of all keys, and of one. */
export { getKeyUsage } from './get-key-usage.ts';
export { getUsage } from './get-usage.ts';
export { windowStart } from './usage-window.ts';
