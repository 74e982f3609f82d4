/** Every table of the one database. Migrations are generated from here: `npm run migration`. */
export * from './api-key.ts';
export * from './audit-index.ts';
export * from './audit-index.ts';
export * from './billing.ts';
export * from './canary-use.ts';
export * from './change.ts';
export * from './change.ts';
export * from './compliance.ts';
export * from './fleet.ts';
export * from './identity.ts';
export * from './identity.ts';
export * from './organization.ts';
export * from './policy.ts';
export * from './stripe.ts';
export * from './transparency-log.ts';
export * from './usage.ts';
export * from './webhook.ts';
