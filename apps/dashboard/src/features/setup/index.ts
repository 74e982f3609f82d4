/** The first owner claims a fresh server with the link that it printed. */
export { setupQuery } from './queries.ts';
export { SetupPage } from './setup-page.tsx';
