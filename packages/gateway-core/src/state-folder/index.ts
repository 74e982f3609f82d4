/** The folder where an instance keeps what must survive it. */
export { lockFolder } from './folder-lock.ts';
export { makeFolder } from './make-folder.ts';
export { openStateFolder, type StateFolder } from './open-state-folder.ts';
export { syncFolder, writeWhole } from './write-whole.ts';
