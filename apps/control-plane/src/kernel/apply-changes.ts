import type { Database } from '../db/connect.ts';
import { defineStatement } from '../db/statement.ts';
import type { AppendedChange } from './change.ts';

export interface Followed {
  /** Loads everything; called at first, and after a gap in which changes may have been purged. */
  readonly reload: () => Promise<void>;
  readonly apply: (changes: readonly AppendedChange[]) => Promise<void>;
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
  readonly followed: Followed;
  readonly state: Applied;
}

const BATCH = 1000;

/**
 * With an end that no id reaches: of a range PostgreSQL guesses that few rows are in it, where it
 * has not analyzed the table yet, and searches the index. It would else read the whole table.
 * Beside each change stands the least that another process with a running lease has applied.
 */
const selectChanges = defineStatement<
  ChangeRow,
  [applied: number, limit: number, processId: string]
>(
  'select-changes',
  `select id, kind, subject_id as "subjectId", (
    select min(applied_change) from control_plane
    where control_plane.id <> $3 and lease_until > clock_timestamp()
  ) as "appliedElsewhere"
  from change where id > $1 and id <= 9223372036854775807
  order by id limit $2`,
);

interface ChangeRow extends Omit<AppendedChange, 'id'> {
  readonly id: string;
  readonly appliedElsewhere: string | null;
}

/** Applies all that was committed until now. */
export async function applyChanges(self: Applying): Promise<void> {
  const { db, processId, state } = self;
  const next = async () => {
    const rows = await selectChanges(db, [state.applied, BATCH, processId]);
    await applyRows(self, rows);
    return rows.length;
  };
  while ((await inTurn(state, next)) === BATCH);
}

/** @param database sends its statements behind a COMMIT that was just sent */
export async function readAfterCommit(self: Applying, database: object): Promise<void> {
  const { processId, state } = self;
  try {
    const rows = await selectChanges(database, [state.applied, BATCH, processId]);
    await inTurn(state, () => applyRows(self, rows));
    for (const resume of state.waiting) resume();
  } catch {
    // The writer reads them once more, by the connection that is for that.
  }
}

/** Leaves out what was applied since the rows were asked for. */
async function applyRows({ followed, state }: Applying, rows: readonly ChangeRow[]): Promise<void> {
  const changes = rows
    .map(({ id, kind, subjectId }) => ({ id: Number(id), kind, subjectId }))
    .filter(({ id }) => id > state.applied);
  const last = changes.at(-1);
  if (!last) return;
  await followed.apply(changes);
  state.applied = last.id;
  state.appliedElsewhere = Number(rows[0]?.appliedElsewhere ?? Number.POSITIVE_INFINITY);
}

/** Changes are applied in their order, and each once. */
export function inTurn<T>(state: Applied, work: () => Promise<T>): Promise<T> {
  const turn = state.applying.then(work);
  state.applying = turn.then(
    () => undefined,
    () => undefined,
  );
  return turn;
}
