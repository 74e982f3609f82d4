import type { Receipt } from '@tollkeeper/contract';
import { and, asc, sql } from 'drizzle-orm';
import { visibleFleet } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database } from '../../db/connect.ts';
import { gateway, gatewayVersion } from '../../db/schema/index.ts';
import { concerned, lastInWorkspaces } from './get-key-propagation.ts';
import type { KeyChange } from './key-changes.ts';
import { selectGateways } from './list-gateways.ts';
import { findRequiredVersions, type Required } from './required-versions.ts';

type Acknowledgement = Omit<Receipt['acknowledgements'][number], 'gatewayId' | 'gatewayName'>;

/** A gateway that the changes concern. */
export interface Acknowledged {
  readonly id: string;
  readonly name: string;
  readonly workspaceId: string;
  /** What it signed; undefined for one that is behind, or signs nothing. */
  readonly acknowledgement: Acknowledgement | undefined;
}

/**
 * What each gateway that the changes concern has signed first of a version with all of them. A change
 * that is remembered no more (a week) requires nothing: then nothing can be proven of it.
 */
export async function readAcknowledged(
  ctx: Ctx,
  changes: readonly KeyChange[],
): Promise<{ readonly required: Receipt['required']; readonly rows: readonly Acknowledged[] }> {
  const { db } = ctx.services;
  const rows = await selectGateways(db)
    .where(and(visibleFleet(ctx, gateway), concerned(changes)))
    .orderBy(asc(gateway.createdAt), asc(gateway.id));
  const found = await findRequiredVersions(db, rows, lastInWorkspaces(rows, changes));
  const required = new Map([...found].filter(([, { changedAt }]) => changedAt !== null));
  const signed = await findSigned(db, rows, required);
  return {
    required: [...required].map(([workspaceId, { version }]) => ({ version, workspaceId })),
    rows: rows.map(({ id, name, workspaceId, publicKey }) => {
      const one = signed.get(id);
      const key = Buffer.from(publicKey).toString('base64url');
      const acknowledgement = one && { ...one, publicKey: key, workspaceId };
      return { id, name, workspaceId, acknowledgement };
    }),
  };
}

/** Of each gateway the first signature over the required version or a later one. */
async function findSigned(
  db: Database,
  fleet: readonly { readonly id: string; readonly workspaceId: string }[],
  required: ReadonlyMap<string, Required>,
): Promise<ReadonlyMap<string, Omit<Acknowledgement, 'publicKey' | 'workspaceId'>>> {
  const versions = fleet.map(({ workspaceId }) => required.get(workspaceId)?.version ?? null);
  const { rows } = await db.execute<{
    id: string;
    version: string;
    latestVersion: string;
    latestRevision: string;
    atMs: string;
    signature: string;
  }>(sql`
    select asked.id, first.version, first.latest_version as "latestVersion",
      first.latest_revision as "latestRevision", first.said_at_ms as "atMs",
      encode(first.signature, 'hex') as signature
    from unnest(${sql.param(fleet.map(({ id }) => id))}::text[],
      ${sql.param(versions)}::bigint[]) as asked (id, version),
    lateral (
      select * from ${gatewayVersion}
      where ${gatewayVersion.gatewayId} = asked.id and ${gatewayVersion.version} >= asked.version
        and ${gatewayVersion.signature} is not null
      order by ${gatewayVersion.version} limit 1
    ) as first`);
  return new Map(
    rows.map(({ id, signature, latestRevision, ...numbers }) => [
      id,
      {
        atMs: Number(numbers.atMs),
        latestRevision,
        latestVersion: Number(numbers.latestVersion),
        signature: Buffer.from(signature, 'hex').toString('base64url'),
        version: Number(numbers.version),
      },
    ]),
  );
}
