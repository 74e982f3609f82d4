/** One's own second factors: authenticator app, backup codes, passkeys. */
export { AccountSecurityPage } from './account-security-page.tsx';
export { SecondFactorPage } from './second-factor-page.tsx';
