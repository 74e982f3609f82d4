export {
  type ExportFilter,
  exportHead,
  leafHashesLine,
  missingLine,
  type PruneNotice,
  pruneNoticeLine,
  type SkippedSubtree,
  STATED_LEAVES_MAX,
  skippedLine,
  skippedSubtrees,
} from './export-lines.ts';
export { splitLines } from './split-lines.ts';
export { VerificationError } from './verification-error.ts';
export { type VerifiedLog, type VerifyOptions, verifyExport } from './verify-export.ts';
export { type LiveLog, verifyLiveLog } from './verify-live-log.ts';
