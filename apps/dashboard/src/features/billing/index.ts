/** The plan of the organization: its limits, and how it is changed. */
export { BillingPage } from './billing-page.tsx';
export { KeyLimitBar, KeyLimitNotice } from './key-limit.tsx';
