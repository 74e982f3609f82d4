/** The addresses of the dashboard's pages, below the base URL; `$id` stands for any one segment. */
export const DASHBOARD_PATHS = [
  '/',
  '/setup',
  '/sign-in',
  '/accept-invitation',
  '/second-factor',
  '/device',
  '/api-keys',
  '/api-keys/$id',
  '/fleet',
  '/members',
  '/roles',
  '/workspaces',
  '/organization',
  '/security',
  '/account-security',
] as const;
