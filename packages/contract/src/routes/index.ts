import * as access from './access.ts';
import * as apiKeys from './api-keys.ts';
import * as organization from './organization.ts';

/** Every operation of the API by its name; the SDK's methods carry the same names. */
export const routes = {
  whoami: access.whoami,
  listScopes: access.listScopes,
  getSetup: access.getSetup,
  setup: access.setup,
  listKeys: apiKeys.listKeys,
  createKey: apiKeys.createKey,
  getKey: apiKeys.getKey,
  updateKey: apiKeys.updateKey,
  deleteKey: apiKeys.deleteKey,
  disableKey: apiKeys.disableKey,
  enableKey: apiKeys.enableKey,
  revokeKey: apiKeys.revokeKey,
  rotateKey: apiKeys.rotateKey,
  getKeyStats: apiKeys.getKeyStats,
  getKeyUsage: apiKeys.getKeyUsage,
  getUsage: apiKeys.getUsage,
  verifyKey: apiKeys.verifyKey,
  getOrganization: organization.getOrganization,
  listMembers: organization.listMembers,
  listWorkspaces: organization.listWorkspaces,
} as const;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
