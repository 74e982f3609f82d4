import type { ComplianceReportRow } from '@tollkeeper/contract';
import { and, asc, eq, gt, ne } from 'drizzle-orm';
import { customRole, roleName } from '../../../access/role-scopes.ts';
import type { Ctx } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import { member, role, user } from '../../../db/schema/index.ts';
import { findUsersWithSecondFactor } from '../../identity/index.ts';

const ROWS_AT_ONCE = 1000;

/** Members without a second factor by their id, some at a time. */
export async function* readMemberRows(
  tx: Transaction,
  { organizationId }: Ctx,
): AsyncGenerator<readonly ComplianceReportRow[]> {
  const present = and(eq(member.organizationId, organizationId), ne(member.status, 'removed'));
  for (let lastId = ''; ; ) {
    const rows = await tx
      .select({ member, name: user.name, email: user.email, customName: role.name })
      .from(member)
      .innerJoin(user, eq(user.id, member.userId))
      .leftJoin(role, customRole)
      .where(and(present, gt(member.id, lastId)))
      .orderBy(asc(member.id))
      .limit(ROWS_AT_ONCE);
    const protectedUsers = await findUsersWithSecondFactor(
      tx,
      rows.map((row) => row.member.userId),
    );
    yield rows
      .filter((row) => !protectedUsers.has(row.member.userId))
      .map(
        ({ member: { id, roleId, status, createdAt, lastSeenAt }, name, email, customName }) => ({
          ...{ memberId: id, name, email, role: roleName(roleId, customName), status },
          createdAt: createdAt.toISOString(),
          lastSeenAt: lastSeenAt?.toISOString() ?? null,
        }),
      );
    const last = rows.at(-1);
    if (!last || rows.length < ROWS_AT_ONCE) return;
    lastId = last.member.id;
  }
}
