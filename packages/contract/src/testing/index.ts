/** What tests of several packages need. */

export { HOSTILE_NAMES, HOSTILE_TEXTS } from './hostile-names.ts';
export { NOTHING_CREATED } from './nothing-created.ts';
