/** What someone does who forgot the password: ask for a link, and choose a new password with it. */
export { ForgotPasswordPage } from './forgot-password-page.tsx';
export { ResetPasswordPage } from './reset-password-page.tsx';
