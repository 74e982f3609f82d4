/** Who people are: Better Auth, for identity only. */
export { type Auth, createAuth } from './auth.ts';
export { findSessionUser } from './find-session-user.ts';
export { signIn } from './sign-in.ts';
