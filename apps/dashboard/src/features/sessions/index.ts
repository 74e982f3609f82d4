/** Who is signed in, and signing in and out (Better Auth's routes under /api/auth). */
export { askConfirmation, ConfirmIdentity } from './confirm-identity-dialog.tsx';
export { identityQuery, signOut, signOutEverywhere, useCan, useIdentity } from './queries.ts';
export { askSignIn, dismissSignIn, SignInAgain } from './sign-in-again-dialog.tsx';
export { SignInPage, SignInSteps } from './sign-in-page.tsx';
