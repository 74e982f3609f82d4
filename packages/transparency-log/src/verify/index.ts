export { exportHead, type SkippedSubtree, skippedLine, skippedSubtrees } from './export-lines.ts';
export { type InclusionProofText, parseProofText, proofText } from './proof-text.ts';
