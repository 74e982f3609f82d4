import type { ComplianceReportRow } from '@tollkeeper/contract';
import type { Ctx } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import type { Subject } from '../read-subject.ts';
import { readKeyRows } from './key-rows.ts';
import { readMemberRows } from './member-rows.ts';
import { readRoleChanges } from './role-changes.ts';

/** The rows of a report in their order, some at a time. */
export function readRows(
  tx: Transaction,
  ctx: Ctx,
  subject: Subject,
): AsyncIterable<readonly ComplianceReportRow[]> {
  switch (subject.kind) {
    case 'access_review':
    case 'unused_keys':
    case 'keys_without_expiry':
      return readKeyRows(tx, ctx, subject);
    case 'members_without_second_factor':
      return readMemberRows(tx, ctx);
    case 'privileged_role_changes':
      return readRoleChanges(tx, ctx, subject);
  }
}
