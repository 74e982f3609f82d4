/** Who people are: Better Auth, for identity only. */

export { appendSessionEvent } from './append-session-event.ts';
export { type Auth, CLIENT_IP_HEADER, createAuth } from './auth.ts';
export { type AuthRequest, runAuthRequest } from './auth-transaction.ts';
export { confirmSession, type SessionRequest } from './confirm-session.ts';
export { confirmUser, type RequestUser } from './confirm-user.ts';
export { type Approver, findApprover, inheritFactors, recordApprover } from './device-approval.ts';
export { endAccess, endDevices, trimSessions } from './end-access.ts';
export {
  findDeviceUser,
  findPasskeyUser,
  findSessionUser,
  findTwoFactorUser,
  findUserEmail,
  findVerifiedUser,
  proveAddress,
  refuseUnread,
  requireVerifiedEmail,
  type SessionUser,
} from './find-user.ts';
export { endFirstUse, isFirstUseAwaited } from './first-use.ts';
export { insertUser } from './insert-user.ts';
export { requirePassword, setPassword } from './password.ts';
export {
  requireRecentGrant,
  requireRecentSession,
  requireRecentSignIn,
} from './require-recent-sign-in.ts';
export { resetPasswordByOperator, resetSecondFactorsByOperator } from './reset-by-operator.ts';
export { readSignedToken, sessionCookie, sessionCookieRules, signIn } from './session-cookie.ts';
export { parseFactors, sessionView } from './session-facts.ts';
export { countSignInFailure, recordSignInFailures } from './sign-in-failures.ts';
export {
  findUserFactors,
  findUsersWithSecondFactor,
  includesSecondFactor,
  strongestFactors,
} from './user-factors.ts';
export { changeUser, getUserId, userTransaction } from './user-transaction.ts';
export { isCodeUsed, markCodeUsed, requireCodesUnlocked } from './verify-code.ts';
