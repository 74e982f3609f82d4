import { z } from 'zod';
import type { RouteConfig } from './config.ts';
import { isRoutePath } from './route-path.ts';

/** Where clients look for it, before the path of the resource (RFC 9728, 3.1). */
const WELL_KNOWN = '/.well-known/oauth-protected-resource';

const webUrl = z.url({ protocol: /^https?$/ });

/** What a route says about itself to clients that look for a credential (RFC 9728). */
export const resourceMetadata = z.strictObject({
  resource: webUrl.superRefine((text, ctx) => {
    const url = URL.parse(text);
    if (!url || (url.search === '' && url.hash === '' && isRoutePath(pathOf(url)))) return;
    const message = 'must be the public address of the route, with a plain path';
    ctx.addIssue({ code: 'custom', message });
  }),
  authorizationServers: z.array(webUrl).default([]),
  scopesSupported: z.array(z.string().min(1)).default([]),
  resourceName: z.string().min(1).optional(),
  resourceDocumentation: webUrl.optional(),
});
export type ResourceMetadata = z.output<typeof resourceMetadata>;

/** For WWW-Authenticate. */
export function metadataUrl({ resource }: ResourceMetadata): string {
  const url = new URL(resource);
  return url.origin + pathOf(url);
}

/** Where the gateway answers it. */
export function metadataPath({ resource }: ResourceMetadata): string {
  return pathOf(new URL(resource));
}

/** The open route by which clients read it. */
export function metadataRoute(route: RouteConfig, metadata: ResourceMetadata): RouteConfig {
  const { authorizationServers, scopesSupported } = metadata;
  const document = {
    resource: metadata.resource,
    ...(authorizationServers.length > 0 ? { authorization_servers: authorizationServers } : {}),
    ...(scopesSupported.length > 0 ? { scopes_supported: scopesSupported } : {}),
    bearer_methods_supported: ['header'],
    resource_name: metadata.resourceName,
    resource_documentation: metadata.resourceDocumentation,
  };
  return {
    ...route,
    path: metadataPath(metadata),
    access: 'open',
    upstream: null,
    balancing: null,
    scopes: [],
    inspect: null,
    answer: JSON.stringify(document),
    metadataUrl: null,
  };
}

function pathOf({ pathname }: URL): string {
  return WELL_KNOWN + pathname.replace(/\/$/, '');
}
