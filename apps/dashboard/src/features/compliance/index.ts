/** Compliance: the frame of its sub-pages, and the reports. */
export { COMPLIANCE_TABS, ComplianceFrame } from './compliance-frame.tsx';
