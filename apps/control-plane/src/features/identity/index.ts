/** Who people are: Better Auth, for identity only. */

export { appendSessionEvent } from './append-session-event.ts';
export { type Auth, CLIENT_IP_HEADER, createAuth } from './auth.ts';
export { type AuthRequest, runAuthRequest } from './auth-transaction.ts';
export { confirmSession, type SessionRequest } from './confirm-session.ts';
export { confirmUser, type RequestUser } from './confirm-user.ts';
export { type Approver, findApprover, inheritFactors, recordApprover } from './device-approval.ts';
export { endAccess } from './end-access.ts';
export { endDevices } from './end-devices.ts';
export { findSessionUser, refuseUnread, type SessionUser } from './find-session-user.ts';
export { findDeviceUser, findPasskeyUser } from './find-subject-user.ts';
export { findTwoFactorUser, findUserEmail } from './find-two-factor-user.ts';
export { findVerifiedUser, markEmailVerified, requireVerifiedEmail } from './find-verified-user.ts';
export { insertUser } from './insert-user.ts';
export { requirePassword } from './require-password.ts';
export { requireRecentGrant } from './require-recent-grant.ts';
export { requireRecentSession, requireRecentSignIn } from './require-recent-sign-in.ts';
export { resetPasswordByOperator, resetSecondFactorsByOperator } from './reset-by-operator.ts';
export { sessionCookie } from './session-cookie.ts';
export { parseFactors } from './session-facts.ts';
export { sessionView } from './session-view.ts';
export { setPassword } from './set-password.ts';
export { signIn } from './sign-in.ts';
export { countSignInFailure, recordSignInFailures } from './sign-in-failures.ts';
export { readSignedToken, sessionCookieRules } from './signed-session.ts';
export { trimSessions } from './trim-sessions.ts';
export { isCodeUsed, markCodeUsed } from './used-codes.ts';
export {
  findUserFactors,
  findUsersWithSecondFactor,
  includesSecondFactor,
  strongestFactors,
} from './user-factors.ts';
export { changeUser, getUserId, userTransaction } from './user-transaction.ts';
export { requireCodesUnlocked } from './verify-code.ts';
