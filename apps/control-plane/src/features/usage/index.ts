/** How many calls were made: of all keys, and of one. */
export { getKeyUsage, getUsage, windowStart } from './get-usage.ts';
