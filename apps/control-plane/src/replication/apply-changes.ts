import type { Database } from '../db/connect.ts';
import { defineStatement } from '../db/statement.ts';
import type { AppendedChange } from '../write/change.ts';
import type { SecretRow } from './select-facts.ts';

export interface ChangeConsumer {
  /** Loads everything; called at first, and after a gap in which changes may have been purged. */
  readonly reload: () => Promise<void>;
  /** @param secrets of the keys that changed, as they were when the changes were read */
  readonly apply: (
    changes: readonly AppendedChange[],
    secrets: readonly SecretRow[],
  ) => Promise<void>;
}

/** How far this process has applied the changes. */
export interface Applied {
  applied: number;
  /**
   * What every other process with a running lease had applied when the last change was read, which
   * was committed by then; 0 where that is not known.
   */
  appliedElsewhere: number;
  /** Over when nothing is being applied. */
  applying: Promise<void>;
  /** Called when something was applied. */
  readonly waiting: ReadonlySet<() => void>;
}

interface Applying {
  readonly db: Database;
  readonly processId: string;
  readonly consumer: ChangeConsumer;
  readonly state: Applied;
}

const BATCH = 1000;

/**
 * The function `changes_after` (migration 0021) always reads by the index. A plan that PostgreSQL
 * made when the table was small would read all of it, and a connection keeps such a plan however much
 * the table grows, until it is analyzed.
 * Beside each change stands the least that another process with a running lease has applied; a
 * change of a key has a row for each of its secrets (notRetired), or one without a hash if it has
 * none. OFFSET 0 keeps the search for them one for each change, by index, whatever PostgreSQL knows
 * of the tables.
 */
const selectChanges = defineStatement<
  ChangeRow,
  [applied: number, limit: number, processId: string]
>(
  'select-changes',
  `select changed.*, secret.* from (
    select id, kind, subject_id as "subjectId", (
      select min(applied_change) from control_plane
      where control_plane.id <> $3 and lease_until > clock_timestamp()
    ) as "appliedElsewhere"
    from changes_after($1, $2)
  ) as changed
  left join lateral (
    select api_key_secret.hash, api_key_secret.retires_at as "retiresAt", api_key.id as "keyId",
      api_key.canary, api_key.name, api_key.organization_id as "organizationId",
      api_key.workspace_id as "workspaceId", api_key.member_id as "ownerId", api_key.status,
      api_key.expires_at as "expiresAt", api_key.scopes, api_key.allowed_ips as "allowedIps",
      api_key.tags, api_key.profile, api_key.created_at as "createdAt"
    from api_key_secret join api_key on api_key.id = api_key_secret.key_id
    where changed.kind = 'key' and api_key.id = changed."subjectId"
      and api_key_secret.key_id = changed."subjectId"
      and (api_key_secret.retires_at is null or api_key_secret.retires_at > now())
    offset 0
  ) as secret on true
  order by changed.id`,
);

interface ChangeFields extends Omit<AppendedChange, 'id'> {
  readonly id: string;
  readonly appliedElsewhere: string | null;
}

type NoSecret = { readonly [Name in keyof SecretRow]: null };
type ChangeRow = ChangeFields & (SecretRow | NoSecret);

function hasSecret(row: ChangeRow): row is ChangeFields & SecretRow {
  return row.hash !== null;
}

/** Applies all that was committed until now. */
export async function applyChanges(self: Applying): Promise<void> {
  const { db, processId, state } = self;
  const next = async () => {
    const rows = await selectChanges(db, [state.applied, BATCH, processId]);
    return applyRows(self, rows);
  };
  while ((await serialize(state, next)) === BATCH);
}

/** @param database sends its statements behind a COMMIT that was just sent */
export async function readAfterCommit(self: Applying, database: object): Promise<void> {
  const { processId, state } = self;
  try {
    const rows = await selectChanges(database, [state.applied, BATCH, processId]);
    await serialize(state, () => applyRows(self, rows));
    for (const resume of state.waiting) resume();
  } catch {
    // The writer reads them once more, by the connection that is for that.
  }
}

/**
 * Leaves out what was applied since the rows were asked for.
 * @returns how many changes were read
 */
async function applyRows(
  { consumer, state }: Applying,
  rows: readonly ChangeRow[],
): Promise<number> {
  const read = rows
    .filter(({ id }, at) => id !== rows[at - 1]?.id)
    .map(({ id, kind, subjectId }) => ({ id: Number(id), kind, subjectId }));
  const changes = read.filter(({ id }) => id > state.applied);
  const last = changes.at(-1);
  if (last) {
    await consumer.apply(changes, secretsOf(rows));
    state.applied = last.id;
    state.appliedElsewhere = Number(rows[0]?.appliedElsewhere ?? Number.POSITIVE_INFINITY);
  }
  return read.length;
}

/** Each secret once, though its key may have changed more than once. */
function secretsOf(rows: readonly ChangeRow[]): SecretRow[] {
  const lastChange = new Map(rows.map(({ subjectId, id }) => [subjectId, id]));
  return rows.filter(hasSecret).filter(({ keyId, id }) => lastChange.get(keyId) === id);
}

/** Changes are applied in their order, and each once. */
export function serialize<T>(state: Applied, work: () => Promise<T>): Promise<T> {
  const turn = state.applying.then(work);
  state.applying = turn.then(
    () => undefined,
    () => undefined,
  );
  return turn;
}

/** Called with changes once they are applied in this process; with none when some may be missing. */
export type ChangeListener = (changes: readonly AppendedChange[]) => void;

/** Notifies the listeners once `consumer` has applied changes, or has loaded everything again. */
export function notifyAfter(
  consumer: ChangeConsumer,
  listeners: ReadonlySet<ChangeListener>,
): ChangeConsumer {
  return {
    reload: async () => {
      await consumer.reload();
      for (const notify of listeners) notify([]);
    },
    apply: async (changes, secrets) => {
      await consumer.apply(changes, secrets);
      for (const notify of listeners) notify(changes);
    },
  };
}
