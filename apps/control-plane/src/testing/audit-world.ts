/** An audit log without a server: appends events, and reads the log as strangers see it. */
import { vkeyText } from '@tollkeeper/transparency-log';
import { asc, eq } from 'drizzle-orm';
import {
  readCheckpoint,
  sortedJson,
} from '../../../../packages/transparency-log/src/testing/independent-verifier.ts';
import { mth } from '../../../../packages/transparency-log/src/testing/rfc-6962.ts';
import { connect } from '../db/connect.ts';
import { auditEvent, transparencyLog } from '../db/schema/index.ts';
import { createLog } from '../log.ts';
import { logVerifierKey } from '../transparency-log/log-identity.ts';
import { append } from '../write/append.ts';
import { type AuditEntry, lockChainEnd } from '../write/audit.ts';
import { atFileEnd } from './at-file-end.ts';
import { createLogServices } from './log-services.ts';
import { createTestDatabase } from './test-database.ts';

export type AuditWorld = Awaited<ReturnType<typeof startAuditWorld>>;

export async function startAuditWorld() {
  const database = await createTestDatabase();
  const connection = connect(database, 4, () => undefined);
  atFileEnd(() => connection.end());
  const { db } = connection;
  const logged: string[] = [];
  const log = createLog('debug', { write: (line) => void logged.push(line) });
  const services = createLogServices({ db, log });

  /** Appends events that differ, in one transaction. */
  function appendEvents(organizationId: string, count: number): Promise<void> {
    const entries = Array.from({ length: count }, (_, n) => entryOf(organizationId, n));
    return db.transaction(async (tx) => {
      const end = await lockChainEnd(tx, organizationId);
      await append(tx, services, end, entries);
    });
  }

  async function readState(organizationId: string) {
    const { organizationId: id } = transparencyLog;
    const [state] = await db.select().from(transparencyLog).where(eq(id, organizationId));
    return state;
  }

  /** Size and root by which a stranger computes them from the table, with none of the product's code. */
  async function readTable(organizationId: string) {
    const rows = await db
      .select()
      .from(auditEvent)
      .where(eq(auditEvent.organizationId, organizationId))
      .orderBy(asc(auditEvent.sequence));
    const leaves = rows.map(({ hash: _hash, previousHash: _previous, ...event }) =>
      Buffer.from(sortedJson({ ...event, at: event.at.toISOString() })),
    );
    return { size: leaves.length, rootHash: mth(leaves) };
  }

  /** Size and root that the last checkpoint is signed for. */
  async function readSigned(organizationId: string) {
    const state = await readState(organizationId);
    const vkey = vkeyText(logVerifierKey(services, organizationId));
    return state?.checkpoint ? readCheckpoint(state.checkpoint, vkey) : undefined;
  }

  return { database, db, services, logged, appendEvents, readState, readTable, readSigned };
}

function entryOf(organizationId: string, n: number): AuditEntry {
  return {
    organizationId,
    actor: { type: 'member', memberId: 'mem_1' },
    action: 'api_key.create',
    target: { type: 'api_key', id: `key_${n}`, name: `ci-${n}`, workspaceId: null },
    before: null,
    after: { name: `ci-${n}`, labels: { '10': 'a', '9': 'b' }, scopes: ['apis.call'] },
    origin: { ip: '192.0.2.1', userAgent: 'test', requestId: `req_${n}` },
  };
}
