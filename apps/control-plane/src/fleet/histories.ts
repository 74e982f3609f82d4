import { randomBytes } from 'node:crypto';
import type { Position } from '@tollkeeper/contract';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import { gather } from './gather.ts';
import { readStandings, type Standing } from './read-standings.ts';

/**
 * Which history this process tells of each workspace. A database that is restored from a backup, or
 * replaced by a copy that lags behind, loses versions that gateways have heard of, and numbers others
 * like them. Nothing inside the database can tell: all of it was restored. What was told can: the
 * marks of versions are random, so the newest one that was told is held, or history is another one.
 */
export interface Histories {
  /** Under which name it is told now: gateways take nothing of another on one connection. */
  epochOf(workspaceId: string): string;
  /** To be called before anything is told in the epoch that may be as new as the position. */
  note(workspaceId: string, epoch: string, position: Position): void;
  /**
   * Where it stands; undefined when it is gone, or when the database does not hold what was told of
   * it: its epoch is a new one then.
   */
  find(workspaceId: string): Promise<Standing | undefined>;
  /** The same for many; the others are left out. */
  findAll(workspaceIds: readonly string[]): Promise<Standing[]>;
  /** Where it stands, and whether it holds what somebody else was told. */
  compare(workspaceId: string, position: Position | null): Promise<Standing | undefined>;
}

interface Told {
  readonly epoch: string;
  newest: Position | null;
}

const RESTORED =
  'the database does not hold what gateways were told, as after a restore from a backup: they begin anew';

/** @param onLost takes a workspace whose gateways are to begin anew */
export function createHistories(
  db: Database,
  log: Logger,
  onLost: (workspaceId: string) => void,
): Histories {
  const histories = new Map<string, Told>();

  function toldOf(workspaceId: string): Told {
    const known = histories.get(workspaceId);
    if (known) return known;
    const told = { epoch: randomBytes(16).toString('hex'), newest: null };
    histories.set(workspaceId, told);
    return told;
  }

  async function findAll(workspaceIds: readonly string[]): Promise<Standing[]> {
    const asked = workspaceIds.map((workspaceId) => {
      const told = toldOf(workspaceId);
      return { workspaceId, told, position: told.newest };
    });
    const found = await readStandings(db, asked);
    return asked.flatMap(({ workspaceId, told, position }, at) => {
      const standing = found[at];
      if (standing?.held === 'yes') return [standing];
      // Another question may have found the same, and somebody begun anew since.
      if (standing && histories.get(workspaceId) === told) lose(standing, position);
      return [];
    });
  }

  /** What is forgotten may be another history as well: doubt begins anew. */
  function lose({ workspaceId, version, held }: Standing, told: Position | null): void {
    histories.delete(workspaceId);
    const facts = { workspaceId, toldVersion: told?.version, version };
    if (held === 'forgotten') log.info(facts, 'last sent version is no longer in the database');
    else log.error(facts, RESTORED);
    onLost(workspaceId);
  }

  const compareAll = gather(async (names) => {
    const found = await readStandings(db, names.map(parseName));
    return new Map(names.flatMap((name, at) => (found[at] ? [[name, found[at]]] : [])));
  });

  return {
    epochOf: (workspaceId) => toldOf(workspaceId).epoch,
    note(workspaceId, epoch, position) {
      const told = toldOf(workspaceId);
      if (told.epoch !== epoch) return;
      if (!told.newest || told.newest.version < position.version) told.newest = position;
    },
    find: gather(
      async (ids) => new Map((await findAll(ids)).map((each) => [each.workspaceId, each])),
    ),
    findAll,
    compare: (workspaceId, position) => compareAll(JSON.stringify({ workspaceId, position })),
  };
}

function parseName(name: string): { workspaceId: string; position: Position | null } {
  return JSON.parse(name);
}
