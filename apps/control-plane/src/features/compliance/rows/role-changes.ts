import {
  type AuditEvent,
  auditActorId,
  COMPLIANCE_REPORT_ROWS_MAX,
  type ComplianceReportRow,
} from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { visibleEvents } from '../../../access/visibility.ts';
import type { Ctx } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import { member, role, user } from '../../../db/schema/index.ts';
import { DomainError } from '../../../domain-error.ts';
import { readEvents, searchOf } from '../../audit-events/index.ts';
import type { Subject } from '../read-subject.ts';
import { affectedBy, type Memberships, type Privilege, privilegeOf, undo } from './membership.ts';

/** What can give or take a role. */
const ACTIONS = [
  ...['member.update', 'member.suspend', 'member.reinstate', 'member.remove'],
  ...['invitation.accept', 'organization.create', 'organization.transfer'],
  ...['role.update', 'role.delete'],
];

/**
 * Who got or lost a privileged role, in the order in which it happened. What people hold now is known, so the events
 * are undone one by one, from the last of the snapshot back to the begin of the period.
 */
export async function* readRoleChanges(
  tx: Transaction,
  ctx: Ctx,
  subject: Subject,
): AsyncGenerator<readonly ComplianceReportRow[]> {
  const { memberships, names } = await readMemberships(tx, ctx);
  const rows: ComplianceReportRow[] = [];
  for (const event of (await readChanges(ctx, subject)).toReversed()) {
    const affected = affectedBy(memberships, event);
    const after = affected.map((id) => privilegeOf(memberships, id));
    undo(memberships, event);
    if (!isWithin(event, subject)) continue;
    const found = affected.flatMap((memberId, index) =>
      changesOf(privilegeOf(memberships, memberId), after[index]).map((change) => ({
        ...facts(event, names),
        ...{ change: change.what, memberId, memberName: names.get(memberId) ?? null },
        ...{ roleId: change.roleId, roleName: change.roleName },
        privilegedScopes: [...change.scopes],
      })),
    );
    for (const row of found.toSorted(byMember).toReversed()) rows.push(row);
  }
  for (let end = rows.length; end > 0; end -= 1000) {
    yield rows.slice(Math.max(0, end - 1000), end).toReversed();
  }
}

/** Those who were removed too, and the names of all. */
async function readMemberships(tx: Transaction, { organizationId }: Ctx) {
  const members = await tx
    .select({ id: member.id, roleId: member.roleId, status: member.status, name: user.name })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(eq(member.organizationId, organizationId));
  const roles = await tx
    .select({ id: role.id, name: role.name, scopes: role.scopes })
    .from(role)
    .where(eq(role.organizationId, organizationId));
  const memberships: Memberships = {
    members: new Map(members.map(({ id, roleId, status }) => [id, { roleId, status }])),
    roles: new Map(roles.map(({ id, name, scopes }) => [id, { name, scopes }])),
  };
  return { memberships, names: new Map(members.map(({ id, name }) => [id, name])) };
}

/** The events since the begin of the period, the oldest first. @throws DomainError invalid_state */
async function readChanges(ctx: Ctx, { from, until }: Subject): Promise<AuditEvent[]> {
  const found: AuditEvent[] = [];
  for (const action of ACTIONS) {
    const filters = { action, ...(from ? { from: from.toISOString() } : {}) };
    const { matching, findWindow } = await searchOf(ctx, filters);
    const search = { matching: and(visibleEvents(ctx), matching), findWindow };
    for await (const { events } of readEvents(ctx.services.db, search, { after: 0, until })) {
      for (const event of events) found.push(event);
      if (found.length <= COMPLIANCE_REPORT_ROWS_MAX) continue;
      throw new DomainError(
        'invalid_state',
        `Cannot make the report: since the begin of the period, roles changed more than ${COMPLIANCE_REPORT_ROWS_MAX} times. Choose a later begin.`,
      );
    }
  }
  return found.sort((one, other) => one.sequence - other.sequence);
}

function isWithin({ at }: AuditEvent, { from, to }: Subject): boolean {
  const time = new Date(at);
  return !(from && time < from) && !(to && time >= to);
}

type Change = Privilege & { readonly what: 'got' | 'lost' };

/** Another privileged role is lost and got at once; the same one with other scopes too. */
function changesOf(before: Privilege | undefined, after: Privilege | undefined): Change[] {
  const isSame = JSON.stringify(before) === JSON.stringify(after);
  return [
    ...(before && !isSame ? [{ ...before, what: 'lost' as const }] : []),
    ...(after && !isSame ? [{ ...after, what: 'got' as const }] : []),
  ];
}

/** By the member, and what they lost before what they got. */
function byMember(one: ComplianceReportRow, other: ComplianceReportRow): number {
  const keyOf = ({ memberId, change }: ComplianceReportRow) =>
    `${memberId} ${change === 'lost' ? 0 : 1}`;
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

function facts(
  { sequence, at, id, action, actor }: AuditEvent,
  names: ReadonlyMap<string, string>,
) {
  const actorName = 'memberId' in actor ? (names.get(actor.memberId) ?? null) : null;
  return { sequence, at, eventId: id, action, actorId: auditActorId(actor) ?? null, actorName };
}
