export { exportHead, type SkippedSubtree, skippedLine, skippedSubtrees } from './export-lines.ts';
