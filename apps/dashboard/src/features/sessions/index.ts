/** Who is signed in, and signing in and out (Better Auth's routes under /api/auth). */
export { askConfirmation, ConfirmIdentity } from './confirm-identity-dialog.tsx';
export { identityQuery, useCan, useIdentity } from './identity.ts';
export { LackedScope } from './lacked-scope.tsx';
export { askSignIn, dismissSignIn, SignInAgain } from './sign-in-again-dialog.tsx';
export { SignInPage } from './sign-in-page.tsx';
export { SignInSteps } from './sign-in-steps.tsx';
export { signOut, signOutEverywhere } from './sign-out.ts';
