/** Compliance: the frame of its sub-pages. */
export { COMPLIANCE_TABS, ComplianceFrame } from './compliance-frame.tsx';
