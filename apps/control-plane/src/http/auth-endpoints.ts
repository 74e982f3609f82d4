import type { AuditAction } from '@tollkeeper/contract';
/** One of Better Auth's endpoints that is open, and what of its answer goes out. */
export interface AuthEndpoint {
  readonly method: 'GET' | 'POST';
  readonly name: string;
  /**
   * What becomes of the caller's session. `ignored`: the endpoint never sees it. `optional`: it sees
   * one that the rules allow. `allowed`: it needs such a session; `recent`: and a recent sign-in.
   * `ended`: any session may be ended.
   */
  readonly session: 'ignored' | 'optional' | 'allowed' | 'recent' | 'ended';
  /** Open to members who still lack the second factor that their organizations ask for. */
  readonly withoutSecondFactor?: true;
  /** Also ends the devices that skip the second factor, and device logins that were approved. */
  readonly endsDevices?: true;
  /** Fields of the answer that the pages need; all of it where it holds nothing secret. */
  readonly answer: readonly string[] | 'whole';
  /** What the answer says in place of Better Auth's own words. */
  readonly instead?: object;
  /** What the audit log calls it; without a session of the caller, it is their sign-in. */
  readonly action?: AuditAction;
  /** Called by programs that hold no cookie yet: there is no site to forge a request from. */
  readonly withoutOrigin?: true;
}

/**
 * The few endpoints that the pages and the command line need. The others stay shut: some answer
 * with session tokens in clear, or change a user without an audit event.
 */
export const AUTH_ENDPOINTS: readonly AuthEndpoint[] = [
  {
    method: 'POST',
    name: 'sign-in/email',
    session: 'ignored',
    answer: ['twoFactorRedirect', 'twoFactorMethods'],
    action: 'session.sign_in',
  },
  { method: 'POST', name: 'sign-out', session: 'ended', answer: [], action: 'session.sign_out' },
  // Of the session only whose it is: the token stands beside.
  {
    method: 'GET',
    name: 'get-session',
    session: 'optional',
    withoutSecondFactor: true,
    answer: ['user'],
  },
  {
    method: 'POST',
    name: 'revoke-sessions',
    session: 'allowed',
    withoutSecondFactor: true,
    endsDevices: true,
    answer: [],
    action: 'session.revoke_all',
  },
  {
    method: 'POST',
    name: 'change-password',
    session: 'recent',
    endsDevices: true,
    answer: [],
    action: 'session.change_password',
  },
  {
    method: 'POST',
    name: 'two-factor/enable',
    session: 'recent',
    withoutSecondFactor: true,
    answer: ['totpURI', 'backupCodes'],
    action: 'session.begin_two_factor',
  },
  {
    method: 'POST',
    name: 'two-factor/verify-totp',
    session: 'optional',
    withoutSecondFactor: true,
    answer: [],
    action: 'session.verify_two_factor',
  },
  {
    method: 'POST',
    name: 'two-factor/verify-backup-code',
    session: 'ignored',
    answer: [],
    action: 'session.sign_in',
  },
  {
    method: 'POST',
    name: 'two-factor/disable',
    session: 'recent',
    endsDevices: true,
    answer: [],
    action: 'session.disable_two_factor',
  },
  {
    method: 'POST',
    name: 'two-factor/generate-backup-codes',
    session: 'recent',
    answer: ['backupCodes'],
    action: 'session.renew_backup_codes',
  },
  {
    method: 'GET',
    name: 'passkey/generate-register-options',
    session: 'recent',
    withoutSecondFactor: true,
    answer: 'whole',
  },
  {
    method: 'POST',
    name: 'passkey/verify-registration',
    session: 'recent',
    withoutSecondFactor: true,
    answer: [],
    action: 'session.add_passkey',
  },
  {
    method: 'GET',
    name: 'passkey/generate-authenticate-options',
    session: 'optional',
    withoutSecondFactor: true,
    instead: { userVerification: 'required' },
    answer: 'whole',
  },
  {
    method: 'POST',
    name: 'passkey/verify-authentication',
    session: 'ignored',
    answer: [],
    action: 'session.sign_in',
  },
  {
    method: 'GET',
    name: 'passkey/list-user-passkeys',
    session: 'allowed',
    withoutSecondFactor: true,
    answer: 'whole',
  },
  {
    method: 'POST',
    name: 'passkey/delete-passkey',
    session: 'recent',
    answer: [],
    action: 'session.delete_passkey',
  },
  { method: 'POST', name: 'device/code', session: 'ignored', answer: 'whole', withoutOrigin: true },
  {
    method: 'POST',
    name: 'device/token',
    session: 'ignored',
    answer: [],
    withoutOrigin: true,
    action: 'session.sign_in',
  },
  { method: 'GET', name: 'device', session: 'optional', answer: ['user_code', 'status'] },
  {
    method: 'POST',
    name: 'device/approve',
    session: 'recent',
    answer: [],
    action: 'session.approve_device',
  },
  {
    method: 'POST',
    name: 'device/deny',
    session: 'allowed',
    answer: [],
    action: 'session.deny_device',
  },
];
