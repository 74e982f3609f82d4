/** One of Better Auth's endpoints that is open, and what of its answer goes out. */
export interface AuthEndpoint {
  readonly method: 'GET' | 'POST';
  readonly name: string;
  /** Fields of the answer that the pages need; all of it where it holds nothing secret. */
  readonly answer: readonly string[] | 'whole';
  /** What the audit log calls it, for what changes how somebody signs in. */
  readonly action?: `session.${string}`;
  /** Called by programs that hold no cookie yet: there is no site to forge a request from. */
  readonly withoutOrigin?: true;
}

/**
 * The few endpoints that the pages and the command line need. The others stay shut: some answer
 * with session tokens in clear, or change a user without an audit event.
 */
export const AUTH_ENDPOINTS: readonly AuthEndpoint[] = [
  { method: 'POST', name: 'sign-in/email', answer: ['twoFactorRedirect', 'twoFactorMethods'] },
  { method: 'POST', name: 'sign-out', answer: [] },
  // Of the session only whose it is: the token stands beside.
  { method: 'GET', name: 'get-session', answer: ['user'] },
  { method: 'POST', name: 'revoke-sessions', answer: [], action: 'session.revoke_all' },
  { method: 'POST', name: 'change-password', answer: [], action: 'session.change_password' },
  { method: 'POST', name: 'two-factor/enable', answer: ['totpURI', 'backupCodes'] },
  {
    method: 'POST',
    name: 'two-factor/verify-totp',
    answer: [],
    action: 'session.verify_two_factor',
  },
  {
    method: 'POST',
    name: 'two-factor/verify-backup-code',
    answer: [],
    action: 'session.use_backup_code',
  },
  {
    method: 'POST',
    name: 'two-factor/disable',
    answer: [],
    action: 'session.disable_two_factor',
  },
  {
    method: 'POST',
    name: 'two-factor/generate-backup-codes',
    answer: ['backupCodes'],
    action: 'session.renew_backup_codes',
  },
  { method: 'GET', name: 'passkey/generate-register-options', answer: 'whole' },
  {
    method: 'POST',
    name: 'passkey/verify-registration',
    answer: [],
    action: 'session.add_passkey',
  },
  { method: 'GET', name: 'passkey/generate-authenticate-options', answer: 'whole' },
  { method: 'POST', name: 'passkey/verify-authentication', answer: [] },
  { method: 'GET', name: 'passkey/list-user-passkeys', answer: 'whole' },
  {
    method: 'POST',
    name: 'passkey/delete-passkey',
    answer: [],
    action: 'session.delete_passkey',
  },
  { method: 'POST', name: 'device/code', answer: 'whole', withoutOrigin: true },
  { method: 'POST', name: 'device/token', answer: [], withoutOrigin: true },
  { method: 'GET', name: 'device', answer: ['user_code', 'status'] },
  { method: 'POST', name: 'device/approve', answer: [], action: 'session.approve_device' },
  { method: 'POST', name: 'device/deny', answer: [] },
];
