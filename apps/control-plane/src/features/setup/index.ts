/** The claim of a fresh server by its first owner. */
export { createSetup, type Setup } from './setup.ts';
