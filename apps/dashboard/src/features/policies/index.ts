/** Policies: which calls gateways permit and forbid, as Cedar text with versions. */
export { NewPolicyPage } from './create/new-policy-page.tsx';
export { PolicyPage } from './detail/policy-detail-page.tsx';
export { PoliciesPage } from './list/policies-page.tsx';
export { SimulatePage } from './simulate/simulate-page.tsx';
