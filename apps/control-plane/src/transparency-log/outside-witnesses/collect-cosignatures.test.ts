import type { AuditLog } from '@tollkeeper/contract';
import {
  parseNote,
  parseVkey,
  verifyCosignature,
  verifyReceipt,
} from '@tollkeeper/transparency-log';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import {
  conflict,
  type OutsideWitnessServer,
  startOutsideWitness,
} from '../../testing/outside-witness.ts';
import { addOrganization } from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { integrateAuditLogs } from '../integrate.ts';
import { collectCosignatures } from './collect-cosignatures.ts';
import { parseWitnesses } from './parse-witnesses.ts';

let app: TestApp;
let query: Query;
let owner: Client;
let witness: OutsideWitnessServer;
let log: { vkey: string; size: number; root: Buffer };

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization());
  witness = await startOutsideWitness('witness.example/w1');
  const { origin, publicKey } = await readLog();
  log = { vkey: publicKey, size: 0, root: Buffer.alloc(32) };
  witness.logs.set(origin, log);
  // Of the routes alone: the jobs of the server have their own services, without a witness.
  Object.assign(app.services, { witnesses: parseWitnesses(`${witness.vkey} ${witness.url}`) });
});

beforeEach(() => {
  witness.misbehave = null;
  witness.requests.length = 0;
});

const collect = (limits = {}) => collectCosignatures(app.services, limits);
const readLog = async () => (await owner.get<AuditLog>('/v1/audit-log')).body;
const readWitness = async () => (await readLog()).witnesses[0];

/** A new checkpoint. */
async function change(): Promise<string> {
  const { id } = await makeKey(app, owner);
  await integrateAuditLogs(app.services);
  return id;
}

async function readNote() {
  return (await owner.get<string>('/v1/audit-log/checkpoint')).body;
}

/** Whether the published checkpoint has a cosignature that the witness's key verifies. */
async function isCosigned(): Promise<boolean> {
  const { text, signatures } = parseNote(await readNote());
  const own = signatures.find(({ name }) => name === witness.name);
  return own !== undefined && verifyCosignature(text, own.line, parseVkey(witness.vkey)) > 0;
}

/** What the server logged of the witness, by its problem. */
function logged(): unknown[] {
  const lines = app.logged.splice(0).map((line) => JSON.parse(line));
  return lines.filter((line) => line.witness === witness.name).map(({ problem }) => problem);
}

describe('an outside witness', () => {
  it('is submitted each checkpoint, with the proof from the last, and its cosignature is published', async () => {
    await change();
    const nothing = { name: witness.name, size: 0, cosignedAt: null, problem: null, alarm: null };
    expect(await readWitness()).toEqual(nothing);
    expect(await collect()).toEqual({ cosigned: 1 });
    expect(witness.requests[0]?.split('\n', 3)).toEqual(['POST /w/add-checkpoint', 'old 0', '']);
    expect(await isCosigned()).toBe(true);
    const first = log.size;
    await change();
    expect(await isCosigned()).toBe(false);
    await collect();
    expect(witness.requests[1]).toMatch(new RegExp(`\nold ${first}\n[\\w+/]{43}=\n`));
    expect(log.size).toBeGreaterThan(first);
    expect(await readWitness()).toMatchObject({ size: log.size, problem: null, alarm: null });
    expect((await readWitness())?.cosignedAt).not.toBe(null);
    expect(await collect()).toEqual({ cosigned: 0 });
    expect(witness.requests).toHaveLength(2);
  });

  it('that has seen more or less than is on record is asked again from there', async () => {
    for (const size of [0, 1, 1_000_000]) {
      await change();
      await query('update outside_witness set size = $1', [size]);
      expect(await collect()).toEqual({ cosigned: 1 });
      expect(await readWitness()).toMatchObject({ size: log.size, problem: null });
    }
    log.size = 0;
    await change();
    expect(await collect()).toEqual({ cosigned: 1 });
    expect(logged()).toEqual([]);
  });

  it('may send the cosignatures of its other keys, too', async () => {
    await change();
    const other = await startOutsideWitness(witness.name);
    other.logs.set((await readLog()).origin, { ...log, root: Buffer.from(log.root) });
    witness.misbehave = (body) => {
      const [one, own] = [other, witness].map((each) => each.reply(body));
      return { status: 200, body: `${one?.body}${own?.body}` };
    };
    expect(await collect()).toEqual({ cosigned: 1 });
    expect(await isCosigned()).toBe(true);
  });

  it('is in the receipts of the keys', async () => {
    const id = await change();
    await owner.post(`/v1/api-keys/${id}/revoke`, { reason: 'a test' });
    await integrateAuditLogs(app.services);
    await collect();
    const { body } = await owner.get<string>(`/v1/api-keys/${id}/receipt`);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(verifyReceipt(text).cosignatures).toMatchObject([{ name: witness.name }]);
  });

  it('does not keep another from being asked', async () => {
    const other = await startOutsideWitness('other.example/w2');
    const { promise, resolve } = Promise.withResolvers<void>();
    other.misbehave = () => {
      resolve();
      return { status: 404 };
    };
    witness.misbehave = async () => {
      await promise;
      return { status: 500 };
    };
    await change();
    const both = [witness, other].map(({ vkey, url }) => `${vkey} ${url}`).join(',');
    await collectCosignatures({ ...app.services, witnesses: parseWitnesses(both) });
    expect((await readWitness())?.problem).toBe('It answered with status 500.');
  });
});

describe('an organization whose checkpoint a witness has not cosigned', () => {
  it('is asked about at once by one witness where another has cosigned', async () => {
    await change();
    expect(await collect()).toEqual({ cosigned: 1 });
    const { vkey, url, requests } = await startOutsideWitness('third.example/w3');
    await collectCosignatures({ ...app.services, witnesses: parseWitnesses(`${vkey} ${url}`) });
    expect(requests).toHaveLength(1);
  });

  it('has its turn later once the witness cannot be reached, or the run has taken long', async () => {
    await change();
    const other = await addOrganization(app, 'Other');
    for (const _key of [1, 2]) await makeKey(app, other.owner.client);
    await integrateAuditLogs(app.services);
    expect(await collect({ runMs: -1 })).toEqual({ cosigned: 0 });
    expect(witness.requests).toHaveLength(0);
    witness.misbehave = () => undefined;
    await collect({ timeoutMs: 50 });
    expect(witness.requests.length).toBeLessThanOrEqual(1);
    const silent = `select from outside_witness where problem like '%in time%'`;
    expect(await query(silent)).toHaveLength(2);
  });

  it('is not asked about without its proof', async () => {
    const other = `organization_id in (select id from organization where name = 'Other')`;
    await query(`update outside_witness set size = 1 where ${other}`);
    await query(`delete from transparency_log_tile where ${other}`);
    await collect();
    expect(await query(`select problem from outside_witness where ${other}`)).toEqual([
      { problem: expect.stringContaining('tiles of the log are missing') },
    ]);
  });

  it('is left out once it is deleted', async () => {
    await query(`update organization set deleted_at = now() where name = 'Other'`);
    await change();
    await collect();
    expect(witness.requests).toHaveLength(1);
  });
});

describe('what a witness answers wrongly is not stored, logged once, and tried again:', () => {
  const foreign = '\u2014 foreign.example/w AAAAAAAAAAAAAAAAAAAA\n';
  type Misbehave = NonNullable<OutsideWitnessServer['misbehave']>;
  const textOf = (body: string) =>
    body.slice(body.indexOf('\n\n') + 2, body.lastIndexOf('\n\n') + 1);
  it.each<[string, Misbehave, string]>([
    ['403', () => ({ status: 403 }), 'another key'],
    ['404', () => ({ status: 404 }), 'does not know the log'],
    ['a redirect', () => ({ status: 307, headers: { location: '/elsewhere' } }), 'status 307'],
    ['the size that it was sent', (body) => conflict(sizeIn(body)), 'contradicts itself'],
    ['a conflict without a size', () => ({ status: 409, body: '9999\n' }), 'contradicts itself'],
    [
      'a size without the end of its line',
      (body) => ({ ...conflict(sizeIn(body)), body: '12' }),
      'contradicts itself',
    ],
    ['no cosignature', () => ({ status: 200 }), 'wrong'],
    ['garbage', () => ({ status: 200, body: '\u2014 x\n' }), 'wrong'],
    ['another key', () => ({ status: 200, body: foreign }), 'without a cosignature'],
    [
      'a cosignature of another checkpoint',
      (body) => ({ status: 200, body: witness.cosign(textOf(body).replace(/\n\d+\n/, '\n1\n')) }),
      'wrong',
    ],
    ['a text without end', () => ({ status: 200, body: foreign.repeat(10_000) }), 'too much data'],
    ['nothing', () => undefined, 'did not answer in time'],
  ])('%s', async (_, misbehave, problem) => {
    await change();
    logged();
    witness.misbehave = misbehave;
    const isSilent = problem.includes('in time');
    const limits = isSilent ? { timeoutMs: 50 } : {};
    for (const _run of [1, 2]) expect(await collect(limits)).toEqual({ cosigned: 0 });
    if (!isSilent) expect(witness.requests).toHaveLength(2);
    const said = await readWitness();
    expect(said).toMatchObject({ size: log.size, alarm: null });
    expect(said?.problem).toContain(problem);
    expect(await isCosigned()).toBe(false);
    witness.misbehave = null;
    expect(await collect()).toEqual({ cosigned: 1 });
    expect(await readWitness()).toMatchObject({ size: log.size, problem: null });
    expect(logged()).toEqual([said?.problem, null]);
  });
});

function sizeIn(body: string): number {
  return Number(/^old (\d+)/.exec(body)?.[1]);
}

describe('a contradiction is an alarm, with one audit event, until the witness cosigns again:', () => {
  async function alarmEvents() {
    return query<{ action: string; after: { alarm: string | null; checkpoint: string } }>(
      `select action, after from audit_event where action like 'audit_log.witness_alarm%' order by sequence`,
    );
  }

  it.each<[string, string, () => unknown]>([
    ['a rewritten event', 'fork', () => log.root.fill(1)],
    [
      'a rewritten event without new ones',
      'fork',
      async () => {
        await collect();
        log.root.fill(1);
        await query('delete from cosignature');
      },
    ],
    [
      'an end that was cut off',
      'rollback',
      () => {
        log.size = 1_000_000;
      },
    ],
  ])('%s', async (_, alarm, contradict) => {
    await change();
    const before = (await alarmEvents()).length;
    const kept = { ...log, root: Buffer.from(log.root) };
    await contradict();
    const refused = await readNote();
    for (const _run of [1, 2]) expect(await collect()).toEqual({ cosigned: 0 });
    expect(await readWitness()).toMatchObject({ alarm });
    witness.misbehave = () => ({ status: 500 });
    await collect();
    expect(await readWitness()).toMatchObject({ alarm, problem: 'It answered with status 500.' });
    witness.misbehave = null;
    expect((await alarmEvents()).slice(before)).toMatchObject([
      { action: 'audit_log.witness_alarm', after: { alarm, checkpoint: refused } },
    ]);
    Object.assign(log, kept);
    if (alarm === 'fork') log.size = 0;
    expect(await collect()).toEqual({ cosigned: 1 });
    expect(await readWitness()).toMatchObject({ alarm: null, problem: null });
    expect((await alarmEvents()).slice(before).map(({ after }) => after.alarm)).toEqual([
      alarm,
      null,
    ]);
  });

  it('but not a newer checkpoint that another process has submitted', async () => {
    await change();
    witness.misbehave = async () => {
      await change();
      return conflict((await readLog()).size);
    };
    const before = (await alarmEvents()).length;
    await collect();
    expect(await readWitness()).toMatchObject({ alarm: null });
    expect((await readWitness())?.problem).toContain('newer checkpoint');
    expect(await alarmEvents()).toHaveLength(before);
  });
});
