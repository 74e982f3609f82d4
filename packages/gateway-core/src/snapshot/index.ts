/** What an instance knows, on its disk. */
export { type ConfirmedFile, openConfirmedFile, type StoredConfirmed } from './confirmed-file.ts';
export { openSnapshotFile, type SnapshotDraft, type SnapshotFile } from './snapshot-file.ts';
