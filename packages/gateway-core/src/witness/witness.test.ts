import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createIdentity, readPublicKey } from '@tollkeeper/protocol';
import {
  COSIGNATURE_ED25519,
  parseNote,
  signNote,
  verifierKey,
  verifyCosignature,
  witnessName,
} from '@tollkeeper/transparency-log';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFaults, type Faults } from '../faults.ts';
import { createTestClock } from '../testing/clock.ts';
import { createTestLog, makeStateDir } from '../testing/start.ts';
import { createTransparencyLog, type TestTransparencyLog } from '../testing/transparency-log.ts';
import { ORGANIZATION } from '../testing/world.ts';
import { createWitness, openWitnessFolder, type Witness } from './index.ts';

const NONCE = 'n'.repeat(43);
let path: string;
let faults: Faults;
let witness: Witness;

beforeEach(async () => {
  path = await makeStateDir();
  await mkdir(path);
  witness = await start();
});

/** Starts it, or starts it again, on the same folder. */
async function start(logKey?: string): Promise<Witness> {
  faults = createFaults();
  const folder = await openWitnessFolder({ path }, ORGANIZATION);
  const options = { organizationId: ORGANIZATION, logKey, faults, clock: createTestClock() };
  return createWitness({ folder, ...options, log: createTestLog() });
}

/** It has cosigned the log at this size. */
async function seen(log: TestTransparencyLog) {
  expect(await witness.receive(log.message(0), NONCE)).toMatchObject({ type: 'cosignature' });
  return witness.status().size;
}

describe('a gateway that witnesses', () => {
  it('cosigns what continues what it has seen, in any steps, across restarts', async () => {
    const log = createTransparencyLog();
    const steps = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (all, isRestarted) => {
        await rm(join(path, 'witness'), { recursive: true });
        witness = await start();
        log.leaves = [];
        for (const step of all) {
          const before = log.leaves.length;
          for (let at = 0; at < step; at += 1) log.leaves.push(`leaf ${before + at}`);
          const answer = await witness.receive(log.message(before), NONCE);
          if (answer.type !== 'cosignature') throw new Error('not cosigned');
          const { publicKey } = witness.announce();
          const name = witnessName(log.origin, publicKey);
          const key = verifierKey(name, readPublicKey(publicKey), COSIGNATURE_ED25519);
          expect(verifyCosignature(parseNote(log.note()).text, answer.line, key)).toBeGreaterThan(
            0,
          );
          if (isRestarted) witness = await start();
          expect(witness.announce()).toMatchObject({ size: log.leaves.length, alarm: null });
        }
      }),
      { numRuns: 10 },
    );
  });

  it('has one key of its own, which nobody else can read', async () => {
    const { publicKey } = witness.announce();
    expect((await start()).announce().publicKey).toBe(publicKey);
    expect(await readdir(join(path, 'witness'))).toEqual(['key']);
    const text = await readFile(join(path, 'witness', 'key'), 'utf8');
    expect(text).not.toContain(publicKey);
    expect((await stat(join(path, 'witness'))).mode & 0o77).toBe(0);
  });

  it('answers what assumes another size by its own, and raises no alarm', async () => {
    const log = createTransparencyLog(5);
    for (const oldSize of [1, 5, 7]) {
      expect(await witness.receive(log.message(0, { oldSize }), NONCE)).toMatchObject({ size: 0 });
    }
    await seen(log);
    log.leaves.push('leaf 5', 'leaf 6');
    for (const oldSize of [0, 4, 6, 7]) {
      const answer = await witness.receive(log.message(oldSize), NONCE);
      expect(answer).toMatchObject({ type: 'witness', size: 5, alarm: null });
    }
  });

  it('does not take an older checkpoint that was repeated for a rollback', async () => {
    const log = createTransparencyLog(5);
    await seen(log);
    const older = { note: log.note(3), proof: [] };
    for (const nonce of [undefined, 'm'.repeat(43)]) {
      const answer = await witness.receive(
        log.message(0, { ...older, ...(nonce && { nonce }) }),
        NONCE,
      );
      expect(answer).toMatchObject({ type: 'witness', size: 5, alarm: null });
    }
    const answer = await witness.receive(log.message(0, older), undefined);
    expect(answer).toMatchObject({ type: 'witness', size: 5, alarm: null });
  });
});

describe('a gateway raises the alarm, cosigns nothing, and keeps both checkpoints for', () => {
  it.each([
    [
      'a rollback',
      'rollback',
      (log: TestTransparencyLog) => log.message(0, { note: log.note(3), proof: [], nonce: NONCE }),
    ],
    [
      'a rewritten event before the end',
      'fork',
      (log: TestTransparencyLog) => {
        log.leaves[2] = 'rewritten';
        log.leaves.push('more');
        return log.message(5);
      },
    ],
    [
      'a rewritten event without new ones',
      'fork',
      (log: TestTransparencyLog) => {
        log.leaves[4] = 'rewritten';
        return log.message(5);
      },
    ],
    [
      'a rewritten log that sends no proof',
      'fork',
      (log: TestTransparencyLog) => {
        log.leaves = ['a', 'b', 'c', 'd', 'e', 'f'];
        return log.message(5, { proof: [] });
      },
    ],
    [
      'a proof for the same size',
      'fork',
      (log: TestTransparencyLog) =>
        log.message(5, { proof: [Buffer.alloc(32).toString('base64')] }),
    ],
    [
      'another log of the same key',
      'log_key',
      (log: TestTransparencyLog) => {
        const name = 'other.example/log';
        const text = parseNote(log.note()).text.replace(log.origin, name);
        return log.message(5, { note: signNote(text, { name, privateKey: log.privateKey }) });
      },
    ],
    [
      'another log that the same key signed under the same name',
      'log_key',
      (log: TestTransparencyLog) => {
        const text = parseNote(log.note()).text.replace(log.origin, 'other.example/log');
        const signer = { name: log.origin, privateKey: log.privateKey };
        return log.message(5, { note: signNote(text, signer) });
      },
    ],
    [
      'another key of the same log',
      'log_key',
      (log: TestTransparencyLog) => {
        const text = parseNote(log.note()).text;
        const signer = { name: log.origin, privateKey: createIdentity() };
        return log.message(5, { note: signNote(text, signer) });
      },
    ],
  ])('%s', async (_, kind, attack) => {
    const log = createTransparencyLog(5);
    const kept = log.note();
    await seen(log);
    const message = attack(log);

    const answer = await witness.receive(message, NONCE);

    const alarm = { kind, kept, received: message.note };
    expect(answer).toMatchObject({ type: 'witness', size: 5, alarm });
    expect(faults.text()).toContain('log');
    witness = await start();
    expect(witness.status()).toMatchObject({ size: 5, alarm });
    expect(faults.text()).toContain('log');
  });

  it('the first time, and goes on with the log that it knows', async () => {
    const log = createTransparencyLog(5);
    await seen(log);
    const rollback = log.message(0, { note: log.note(3), nonce: NONCE });
    await witness.receive(rollback, NONCE);
    await witness.receive(log.message(0, { note: log.note(2), nonce: NONCE }), NONCE);
    log.leaves.push('leaf 5');
    expect(await witness.receive(log.message(5), NONCE)).toMatchObject({ size: 6 });
    expect((await start()).status()).toMatchObject({ alarm: { received: rollback.note } });
  });
});

it('raises the alarm for a fork though it has raised one for another key, and for a rollback, before', async () => {
  const log = createTransparencyLog(5);
  await seen(log);
  const signer = { name: log.origin, privateKey: createIdentity() };
  const other = log.message(5, { note: signNote(parseNote(log.note()).text, signer) });
  expect(await witness.receive(other, NONCE)).toMatchObject({ alarm: { kind: 'log_key' } });
  const rollback = log.message(0, { note: log.note(3), nonce: NONCE });
  expect(await witness.receive(rollback, NONCE)).toMatchObject({ alarm: { kind: 'rollback' } });
  log.leaves[2] = 'rewritten';
  expect(await witness.receive(log.message(5), NONCE)).toMatchObject({ alarm: { kind: 'fork' } });
  await witness.receive(other, NONCE);
  await witness.receive(rollback, NONCE);
  expect((await start()).status()).toMatchObject({ alarm: { kind: 'fork' } });
});

describe('the key of the log', () => {
  it('is the one that was configured, from the first checkpoint on', async () => {
    const log = createTransparencyLog(5);
    witness = await start(createTransparencyLog().logKey);
    expect(await witness.receive(log.message(0), NONCE)).toMatchObject({
      alarm: { kind: 'log_key', kept: '' },
    });
    await rm(join(path, 'witness', `${ORGANIZATION}.alarm.json`));
    witness = await start(log.logKey);
    await seen(log);
  });

  it('is not trusted on first use for a checkpoint that it did not sign', async () => {
    const log = createTransparencyLog(5);
    const { logKey } = createTransparencyLog();
    await expect(witness.receive(log.message(0, { logKey }), NONCE)).rejects.toMatchObject({
      reason: 'malformed',
    });
    expect(witness.status()).toEqual({ size: 0, alarm: null });
  });
});

describe('a gateway cosigns nothing', () => {
  it('of another organization, or that is no checkpoint', async () => {
    const log = createTransparencyLog(5);
    const organizationId = 'org_00000000000000000002';
    await expect(witness.receive(log.message(0, { organizationId }), NONCE)).rejects.toMatchObject({
      reason: 'foreign',
    });
    for (const facts of [
      { note: '' },
      { note: signNote('text\n', { name: log.origin, privateKey: log.privateKey }) },
      { logKey: 'none' },
    ]) {
      await expect(witness.receive(log.message(0, facts), NONCE)).rejects.toMatchObject({
        reason: 'malformed',
      });
    }
    const { text: empty } = parseNote(createTransparencyLog().note());
    const text = empty.replace(empty.split('\n')[2] ?? '', `${'A'.repeat(43)}=`);
    const note = signNote(text, { name: log.origin, privateKey: log.privateKey });
    expect(await witness.receive(log.message(0, { note }), NONCE)).toMatchObject({
      alarm: { kind: 'fork' },
    });
    const proof = [Buffer.alloc(32).toString('base64')];
    expect(await witness.receive(log.message(0, { proof }), NONCE)).toMatchObject({
      alarm: { kind: 'fork' },
    });
  });

  it('that it cannot store', async () => {
    const log = createTransparencyLog(5);
    await mkdir(join(path, 'witness', `${ORGANIZATION}.json.new`));
    expect(await witness.receive(log.message(0), NONCE)).toMatchObject({
      type: 'witness',
      size: 0,
    });
    expect(faults.text()).toContain('cannot be stored');
    await rm(join(path, 'witness', `${ORGANIZATION}.json.new`), { recursive: true });
    await seen(log);
    expect(faults.text()).toBe(null);
  });

  it('once it cannot read what it has seen', async () => {
    await seen(createTransparencyLog(5));
    const file = join(path, 'witness', `${ORGANIZATION}.json`);
    for (const text of ['', '{}', '{"logKey":"a","note":"b"}']) {
      await writeFile(file, text);
      await expect(start()).rejects.toMatchObject({ code: 'state_folder' });
    }
    await rm(file);
    const alarm = join(path, 'witness', `${ORGANIZATION}.alarm.json`);
    await writeFile(alarm, '{"kind":"none","atMs":1}');
    await expect(start()).rejects.toMatchObject({ code: 'state_folder' });
    await rm(alarm);
    await mkdir(file);
    await expect(start()).rejects.toMatchObject({ code: 'state_folder' });
    await rm(file, { recursive: true });
    expect((await start()).status().size).toBe(0);
  });
});
