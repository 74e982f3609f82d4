/** Who is signed in, and signing in and out (Better Auth's routes under /api/auth). */
export { identityQuery, useCan, useIdentity } from './identity.ts';
export { SignInPage } from './sign-in-page.tsx';
export { signOut, signOutEverywhere } from './sign-out.ts';
