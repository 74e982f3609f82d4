import type { PolicyRequestInput } from '@tollkeeper/contract';
import type { StoredPolicy } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { gateway } from '../../db/schema/index.ts';

/**
 * Why the answer may differ from that of a gateway. Which routes gateways have, only they know.
 * @param isGatewayKnown whether the gateway that the request names, if any, is in the workspace
 */
export function warningsOf(
  request: PolicyRequestInput,
  policies: readonly StoredPolicy[],
  isGatewayKnown: boolean,
): { readonly warnings?: string[] } {
  const asked = new Set(policies.flatMap(({ statements }) => [...routeFactsIn(statements)]));
  const warnings = isGatewayKnown
    ? []
    : [`No gateway of the workspace is called "${request.gateway}".`];
  for (const [fact, field] of Object.entries(GIVEN_BY)) {
    if (!asked.has(fact) || request[field] !== undefined) continue;
    warnings.push(
      `A policy asks for resource.${fact}, and the request has no "${field}": it is taken to be empty.`,
    );
  }
  return warnings.length > 0 ? { warnings } : {};
}

/** By what a request says it. */
const GIVEN_BY = { gateway: 'gateway', path: 'route', host: 'host' } as const;

/** Attributes of `resource` that statements in Cedar's JSON form ask for; one by its id asks for two of them. */
function* routeFactsIn(json: unknown): Generator<string> {
  if (typeof json !== 'object' || json === null) return;
  for (const [name, value] of Object.entries(json)) {
    if ((name === '.' || name === 'has') && isResource(value)) yield value.attr;
    if (name === 'resource' && value.op !== 'All') yield* ['gateway', 'path'];
    yield* routeFactsIn(value);
  }
}

function isResource(value: unknown): value is { readonly attr: string } {
  return /^\{"left":\{"Var":"resource"\}/.test(JSON.stringify(value));
}

/** True where no name is given, and for a caller who may not read which gateways there are. */
export async function isKnownGateway(
  { organizationId, scopes, services }: Ctx,
  workspaceId: string,
  name: string | undefined,
): Promise<boolean> {
  if (name === undefined || !holds(scopes, 'fleet.read')) return true;
  const isOfOrganization = eq(gateway.organizationId, organizationId);
  const isNamed = and(eq(gateway.workspaceId, workspaceId), eq(gateway.name, name));
  const rows = await services.db
    .select({ id: gateway.id })
    .from(gateway)
    .where(and(isOfOrganization, isNamed))
    .limit(1);
  return rows.length > 0;
}
