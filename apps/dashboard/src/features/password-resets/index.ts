/** What someone does who forgot the password: ask for a link, and choose a new password with it. */
export { ForgotPasswordPage, ResetPasswordPage } from './password-reset-pages.tsx';
