import { ID_PREFIXES } from '@tollkeeper/contract';
import { and, eq, ne, sql } from 'drizzle-orm';
import { CHANGED_ACCESS, eventActor } from '../../access/changed-access.ts';
import { visiblePolicies } from '../../access/visibility.ts';
import type { Authority } from '../../context.ts';
import { among, type Reader, readInParts } from '../../db/among.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import {
  auditEvent,
  chatDestination,
  logStream,
  member,
  policy,
  role,
  user,
  webhookEndpoint,
} from '../../db/schema/index.ts';
import type { Descendants } from '../../lineage/trace-descendants.ts';

/** What was changed by something that came from a root, and stays as it is. */
interface ChangedThing {
  readonly id: string;
  readonly name: string;
  readonly root: string;
}

export interface ChangedAccess {
  readonly changedMembers: readonly (ChangedThing & { readonly email: string })[];
  readonly changedRoles: readonly ChangedThing[];
  /** Those that apply to what the caller reaches. */
  readonly changedPolicies: readonly ChangedThing[];
  /** Those that others created; none for a caller who is confined to a workspace. */
  readonly changedWebhookEndpoints: readonly ChangedThing[];
  readonly changedLogStreams: readonly ChangedThing[];
  readonly changedChatDestinations: readonly ChangedThing[];
}

/**
 * The members whom a thief may have given a role, suspended or reinstated, and the roles to which they
 * may have added scopes, as the audit log has it; the policies that they wrote, or switched on or off; and
 * the webhook endpoints, log streams and chat destinations that they may have pointed at an address of theirs. Members who
 * leave are not among them.
 * @param receivers endpoints, streams and destinations that came from a root themselves
 */
export async function findChangedAccess(
  db: Database | Transaction,
  ctx: Authority,
  descendants: Descendants,
  reader: Reader,
  receivers: readonly { readonly id: string }[],
): Promise<ChangedAccess> {
  const changes = await reader.readRows((ids, limit) => selectChanges(db, ctx, ids, limit));
  const roots = new Map<string, string>();
  for (const { actor, target, at } of changes) {
    const root = descendants.rootOf([actor], Number(at));
    if (root !== undefined && !descendants.members.has(target)) roots.set(target, root);
  }
  const ids = [...roots.keys()];
  const withRoot = <T extends { readonly id: string }>(row: T) => ({
    ...row,
    root: roots.get(row.id) ?? '',
  });
  const members = await readInParts(ids, (part) =>
    db
      .select({ id: member.id, name: user.name, email: user.email })
      .from(member)
      .innerJoin(user, eq(user.id, member.userId))
      .where(
        sql`${eq(member.organizationId, ctx.organizationId)} and ${among(member.id, part)}
          and ${ne(member.status, 'removed')}`,
      ),
  );
  const roles = await readInParts(ids, (part) =>
    db
      .select({ id: role.id, name: role.name })
      .from(role)
      .where(sql`${eq(role.organizationId, ctx.organizationId)} and ${among(role.id, part)}`),
  );
  const policies = await readInParts(ids, (part) =>
    db
      .select({ id: policy.id, name: policy.name })
      .from(policy)
      .where(and(visiblePolicies(ctx), among(policy.id, part))),
  );
  const created = new Set(receivers.map(({ id }) => id));
  const edited = ctx.workspaceId === null ? ids.filter((id) => !created.has(id)) : [];
  const readEdited = (table: typeof webhookEndpoint | typeof logStream | typeof chatDestination) =>
    readInParts(edited, (part) =>
      db
        .select({ id: table.id, name: table.name })
        .from(table as typeof logStream)
        .where(and(eq(table.organizationId, ctx.organizationId), among(table.id, part))),
    );
  const webhookEndpoints = await readEdited(webhookEndpoint);
  const logStreams = await readEdited(logStream);
  const chatDestinations = await readEdited(chatDestination);
  return {
    changedWebhookEndpoints: webhookEndpoints.rows.map(withRoot),
    changedLogStreams: logStreams.rows.map(withRoot),
    changedChatDestinations: chatDestinations.rows.map(withRoot),
    changedPolicies: policies.rows.map(withRoot),
    changedMembers: members.rows.map(withRoot),
    changedRoles: roles.rows.map(withRoot),
  };
}

/** Of a key, the last change of each thing: what it did later counts if anything does. Of a member, all. */
async function selectChanges(
  db: Database | Transaction,
  { organizationId }: Authority,
  ids: readonly string[],
  limit: number | null,
) {
  const actor = eventActor(auditEvent.actor);
  const millis = sql`(extract(epoch from ${auditEvent.at}) * 1000)::bigint`;
  const { rows } = await db.execute<{ actor: string; target: string; at: string }>(sql`
    select ${actor} as actor, ${auditEvent.target} ->> 'id' as target, max(${millis}) as at
    from ${auditEvent}
    where ${auditEvent.organizationId} = ${organizationId}
      and ${actor} = any(${sql.param(ids)}::text[])
      and ${auditEvent.action} in ${CHANGED_ACCESS}
    group by 1, 2, case when starts_with(${actor}, ${ID_PREFIXES.member}) then ${millis} end
    limit ${limit}::bigint`);
  return rows;
}
