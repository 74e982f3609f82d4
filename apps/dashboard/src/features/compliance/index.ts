/** Compliance: the frame of its sub-pages, and what waits for a member. */
export { ReviewsBanner } from './campaigns/reviews-banner.tsx';
export { COMPLIANCE_TABS, ComplianceFrame } from './compliance-frame.tsx';
