import { and, eq } from 'drizzle-orm';
import { among } from '../../db/among.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, member, user } from '../../db/schema/index.ts';
import type { AuditActor } from '../../write/audit.ts';
import { actingMember, type Happening } from './happening.ts';

/**
 * The same happenings, with the name of who did each in its facts, as `by`, and with the owners of keys that
 * their events do not name.
 */
export async function nameActors(
  tx: Transaction,
  organizationId: string,
  happenings: readonly Happening[],
): Promise<readonly Happening[]> {
  const memberIds = happenings.flatMap(({ actor }) => actingMember(actor) ?? []);
  const keyIds = happenings.flatMap((each) => (lacksOwner(each) ? each.subject.id : []));
  const names =
    memberIds.length === 0
      ? []
      : await tx
          .select({ id: member.id, name: user.name })
          .from(member)
          .innerJoin(user, eq(user.id, member.userId))
          .where(
            and(eq(member.organizationId, organizationId), among(member.id, unique(memberIds))),
          );
  const owners =
    keyIds.length === 0
      ? []
      : await tx
          .select({ id: apiKey.id, memberId: apiKey.memberId })
          .from(apiKey)
          .where(and(eq(apiKey.organizationId, organizationId), among(apiKey.id, unique(keyIds))));
  const nameOf = new Map(names.map(({ id, name }) => [id, name]));
  const ownerOf = new Map(owners.map(({ id, memberId }) => [id, memberId]));
  return happenings.map((each) => ({
    ...each,
    ownerId: each.ownerId ?? ownerOf.get(each.subject.id) ?? null,
    facts: { ...each.facts, by: actorName(each.actor, nameOf) },
  }));
}

function lacksOwner({ ownerId, subject }: Happening): boolean {
  return ownerId === null && subject.type === 'api_key';
}

/** Null for what nobody did, and what jobs did. */
function actorName(actor: AuditActor | null, nameOf: ReadonlyMap<string, string>): string | null {
  switch (actor?.type) {
    case 'member':
    case 'key':
      return nameOf.get(actor.memberId) ?? 'A former member';
    case 'operator':
      return 'The operator of the server';
    case 'join_key':
    case 'system':
    case undefined:
      return null;
  }
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
