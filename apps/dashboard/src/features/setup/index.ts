/** The first owner claims a fresh server with the link that it printed. */
export { SetupPage, setupQuery } from './setup-page.tsx';
