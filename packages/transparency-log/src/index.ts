/** The transparency log of an organization's audit events: tree, tiles, notes and their verification. No I/O. */

export { type AuditLeaf, auditLeafText, findLeafText } from './audit-leaf.ts';
export { canonicalJson } from './canonical-json.ts';
export * from './note/index.ts';
export * from './receipt/index.ts';
export * from './tiles/index.ts';
export * from './tree/index.ts';
export * from './verify/index.ts';
export * from './witness/index.ts';
