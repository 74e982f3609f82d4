/** Who people are: Better Auth, for identity only. */
export { type Auth, CLIENT_IP_HEADER, createAuth } from './auth.ts';
export { findSessionUser } from './find-session-user.ts';
export { findVerifiedUser, markEmailVerified, requireVerifiedEmail } from './find-verified-user.ts';
export { findUsersWithSecondFactor, hasSecondFactor } from './has-second-factor.ts';
export { insertUser } from './insert-user.ts';
export { recordSessionEvent } from './record-session-event.ts';
export { requirePassword } from './require-password.ts';
export { sessionCookie } from './session-cookie.ts';
export { signIn } from './sign-in.ts';
