/** API scopes: what the organization defines for its own APIs, to be given to keys and roles. */
export { ApiScopesPage } from './api-scopes-page.tsx';
