import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEvent } from '@tollkeeper/contract';
import {
  canonicalJson,
  encodeBundle,
  receiptText,
  signReceipt,
  tlogProofText,
  vkeyText,
} from '@tollkeeper/transparency-log';
import { describe, expect, test } from 'vitest';
import {
  sampleKey,
  sampleLeaf,
  sampleLeaves,
  sampleLog,
} from '../../../../../packages/transparency-log/src/testing/sample-log.ts';
import { EXIT } from '../../failure.ts';
import { createHome, type Given, runCommand } from '../../testing/run-command.ts';

const LOG = sampleLog(sampleLeaves(9));
const KEY = vkeyText(LOG.key);
const OTHER_KEY = vkeyText(sampleLog(sampleLeaves(9), 'org_1', 2).key);

/** Verifies a file with this text. */
async function verify(text: string, options: readonly string[] = [], given?: Given) {
  await using home = await createHome();
  const file = join(home.homeFolder, 'file');
  await writeFile(file, text);
  await writeFile(`${file}.key`, `${KEY}\n`);
  await writeFile(`${file}.earlier`, sampleLog(sampleLeaves(4)).checkpoint);
  const argv = ['audit', 'verify', file, ...options.map((each) => each.replace('{file}', file))];
  const answer = await runCommand(home.homeFolder, argv, given);
  expect(await readFile(file, 'utf8')).toBe(text);
  return answer;
}

const textOf = (lines: readonly string[]) => `${lines.join('\n')}\n`;

describe('an export with proofs', () => {
  test('is verified by the key that was given, as text or as a file', async () => {
    const verified = {
      exitCode: EXIT.ok,
      stdout: 'Verified 9 of the 9 events of keys.example.com/org_1.\n',
      stderr: '',
    };
    const text = textOf(LOG.exportLines());
    expect(await verify(text, ['--key', KEY])).toEqual(verified);
    expect(await verify(text, ['--key', '{file}.key'])).toEqual(verified);
  });

  test('is verified by its own key otherwise, and that is said', async () => {
    const text = textOf(LOG.exportLines((index) => index < 2));
    const { exitCode, stdout, stderr } = await verify(text);
    expect([exitCode, stderr]).toEqual([EXIT.ok, expect.stringContaining('Give --key')]);
    expect(stdout).toBe(
      'Verified 7 of the 9 events of keys.example.com/org_1, from event 3 on. The other 2 do not match ip="::1", says the export: they were left out.\n',
    );
  });

  test('that does not say what it was asked for passes for no whole one', async () => {
    const [head = '', ...rest] = LOG.exportLines((index) => index < 2);
    const { stdout } = await verify(textOf([head.replace(/,"filter":.*/, '}'), ...rest]));
    expect(stdout).toContain('The other 2 were left out, and the export does not say why.');
  });

  test('is compared with a checkpoint that was kept', async () => {
    const text = textOf(LOG.exportLines());
    const { stdout } = await verify(text, ['--earlier', '{file}.earlier']);
    expect(stdout).toContain('It continues your checkpoint of size 4.');
    const shorter = textOf(sampleLog(sampleLeaves(3)).exportLines());
    const { exitCode, stderr } = await verify(shorter, ['--earlier', '{file}.earlier']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Event 4 is missing')]);
  });

  test('that leaves out where a kept checkpoint ends is not taken for one that continues it', async () => {
    const text = textOf(LOG.exportLines((index) => index < 8));
    const { exitCode, stdout, stderr } = await verify(text, ['--earlier', '{file}.earlier']);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('cannot be compared');
  });

  test('gives scripts what was verified', async () => {
    const { stdout } = await verify(textOf(LOG.exportLines()), ['--key', KEY, '--json']);
    expect(JSON.parse(stdout)).toEqual({
      ...{ origin: 'keys.example.com/org_1', size: 9, events: 9, firstSequence: 1 },
      ...{ continues: null, isKeyTrusted: true, leftOut: 0, filter: {} },
    });
  });

  const lines = LOG.exportLines();
  const at = (sequence: number) => lines.indexOf(sampleLeaf(sequence));
  test.each([
    ['an edited event', lines.with(at(5), sampleLeaf(5, 'org_1', 'edited')), 'Event 5 was edited'],
    ['a missing event', lines.toSpliced(at(5), 1), 'Event 5 is missing'],
    ['no end', lines.slice(0, at(9)), 'Event 9 is missing'],
    ['no first line', lines.slice(1), 'begins with no checkpoint'],
    [
      'an edited checkpoint',
      lines.with(0, lines[0]?.replace('\\n9\\n', '\\n8\\n') ?? ''),
      'signed',
    ],
  ])('with %s ends with exit code 1', async (_, changed, problem) => {
    const { exitCode, stdout, stderr } = await verify(textOf(changed), ['--key', KEY]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Verification failed: ');
    expect(stderr).toContain(problem);
  });

  test('by another key ends with exit code 1', async () => {
    const { exitCode, stderr } = await verify(textOf(lines), ['--key', OTHER_KEY]);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("not signed by the log's key")]);
  });

  test('with a kept checkpoint that is none says which of the two is wrong', async () => {
    const { exitCode, stderr } = await verify(textOf(lines), ['--earlier', '{file}.key']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('The earlier checkpoint is')]);
  });

  test.each([
    [['--key', 'a+b'], 'The key cannot be read'],
    [['--key', '{file}.none'], 'Cannot read'],
    [['--earlier', '{file}.none'], 'Cannot read'],
  ])('and %j is wrong usage', async (options, problem) => {
    const { exitCode, stderr } = await verify(textOf(lines), options);
    expect([exitCode, stderr]).toEqual([EXIT.usage, expect.stringContaining(problem)]);
  });
});

test('a file that is not there is wrong usage', async () => {
  await using home = await createHome();
  const file = join(home.homeFolder, 'none');
  const { exitCode, stderr } = await runCommand(home.homeFolder, ['audit', 'verify', file]);
  expect([exitCode, stderr]).toEqual([EXIT.usage, expect.stringContaining('Cannot read')]);
});

describe('a receipt', () => {
  const ORGANIZATION = `org_${'0'.repeat(20)}`;
  const KEY_ID = `key_${'0'.repeat(20)}`;
  const event: AuditEvent = {
    ...{ id: `evt_${'0'.repeat(20)}`, organizationId: ORGANIZATION, sequence: 1 },
    ...{ at: '2026-11-29T22:00:00.000Z', actor: { type: 'operator' }, action: 'api_key.revoke' },
    ...{ target: { type: 'api_key', id: KEY_ID, name: 'ci' }, before: null, after: null },
    ...{ ip: null, userAgent: null, requestId: 'req_1' },
  };
  const leaf = canonicalJson(event);
  const { key, checkpoint } = sampleLog([leaf], ORGANIZATION);
  const unsigned = {
    ...{ acknowledgements: [], keyId: KEY_ID, leaf, logKey: vkeyText(key) },
    ...{ madeAt: '2026-11-29T22:01:00.000Z', pending: [], required: [], witnesses: [] },
    proof: tlogProofText({ index: 0, hashes: [], checkpoint }),
    type: 'tollkeeper.receipt/v1' as const,
  };
  const text = receiptText(signReceipt(unsigned, { name: key.name, privateKey: sampleKey(1) }));

  test('is verified by the key that was given', async () => {
    const { exitCode, stdout, stderr } = await verify(text, ['--key', vkeyText(key)]);
    expect([exitCode, stderr]).toEqual([EXIT.ok, '']);
    expect(stdout).toContain(`api_key.revoke of ${KEY_ID} at 2026-11-29T22:00:00.000Z is in the`);
  });

  test.each([
    ['that was edited', text.replace('22:00', '21:00'), []],
    ['by another key', text, ['--key', OTHER_KEY]],
  ])('%s ends with exit code 1', async (_, changed, options) => {
    const { exitCode, stderr } = await verify(changed, options);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Verification failed: ')]);
  });

  test('is not compared with a checkpoint that was kept', async () => {
    const { exitCode } = await verify(text, ['--earlier', '{file}.earlier']);
    expect(exitCode).toBe(EXIT.usage);
  });
});

describe('the live log', () => {
  const path = '/v1/audit-log';
  const server = (bundle: Buffer | undefined, problem: string | null): typeof fetch => {
    return async (input) => {
      const { pathname } = new URL(String(input instanceof Request ? input.url : input));
      if (pathname === path) return Response.json({ ...STATE, problem });
      if (pathname === `${path}/checkpoint`) return new Response(LOG.checkpoint);
      const tile = decodeURIComponent(pathname.slice(`${path}/tile/`.length));
      const isBundle = tile.startsWith('entries');
      if (isBundle && !bundle) return Response.json(MISSING, { status: 404 });
      return new Response(new Uint8Array(bundle && isBundle ? bundle : await LOG.readTile(tile)));
    };
  };
  const STATE = {
    ...{ origin: LOG.key.name, publicKey: KEY, size: 9, rootHash: null, checkpointAt: null },
    ...{ retentionDays: null, firstSequence: 1, witnesses: [] },
  };
  const MISSING = {
    ...{ type: 'urn:tollkeeper:error:not_found', title: 'Not found', status: 404 },
    ...{ detail: 'Event 7 is missing.', code: 'not_found', requestId: 'req_1' },
  };
  const verifyServer = async (
    bundle: Buffer | undefined,
    options: readonly string[] = [],
    problem: string | null = null,
  ) => {
    await using home = await createHome();
    const env = { TOLLKEEPER_API_KEY: `tk_live_${'0'.repeat(38)}` };
    const argv = ['audit', 'verify', 'https://keys.example.com', ...options];
    return runCommand(home.homeFolder, argv, { fetch: server(bundle, problem), env });
  };

  test('is verified, and its first event that fails is named', async () => {
    expect(await verifyServer(encodeBundle(LOG.entries), ['--key', KEY])).toEqual({
      exitCode: EXIT.ok,
      stdout: 'Verified 9 of the 9 events of keys.example.com/org_1.\n',
      stderr: '',
    });
    const edited = LOG.entries.with(6, Buffer.from(sampleLeaf(7, 'org_1', 'edited')));
    const { exitCode, stderr } = await verifyServer(encodeBundle(edited));
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Event 7 is not what was')]);
  });

  test('is read anew where the retention deleted its first events meanwhile', async () => {
    const leaves = sampleLeaves(300);
    const pruned = { ...JSON.parse(leaves[280] ?? ''), action: 'audit_log.prune' };
    const said = { actor: { type: 'system' }, after: { firstSequence: 257 } };
    const log = sampleLog(leaves.with(280, canonicalJson({ ...pruned, ...said })));
    /** @param firsts what the server says of its first event, each time that it is asked */
    const verified = async (firsts: number[], lost: string) => {
      await using home = await createHome();
      const send: typeof fetch = async (input) => {
        const { pathname } = new URL(String(input instanceof Request ? input.url : input));
        if (pathname === path) {
          return Response.json({ ...STATE, firstSequence: firsts.shift(), problem: null });
        }
        if (pathname === `${path}/checkpoint`) return new Response(log.checkpoint);
        const tile = decodeURIComponent(pathname.slice(`${path}/tile/`.length));
        if (tile.startsWith(lost)) return Response.json(MISSING, { status: 404 });
        return new Response(new Uint8Array(await log.readTile(tile)));
      };
      const env = { TOLLKEEPER_API_KEY: `tk_live_${'0'.repeat(38)}` };
      const argv = ['audit', 'verify', 'https://keys.example.com', '--key', vkeyText(log.key)];
      return runCommand(home.homeFolder, argv, { fetch: send, env });
    };
    expect((await verified([1, 257], 'entries/000')).stdout).toBe(
      'Verified 44 of the 300 events of keys.example.com/org_1, from event 257 on. The retention deleted the other 256.\n',
    );
    expect((await verified([1, 1], 'entries/000')).stderr).toContain('not have "entries/000"');
    const asked = [1, 257, 1, 4];
    expect((await verified(asked, 'entries')).stderr).toContain('not have "entries/000');
    expect(asked).toEqual([4]);
  });

  test('fails where the server does not have an event, or has stopped integrating', async () => {
    const missing = await verifyServer(undefined);
    expect([missing.exitCode, missing.stderr]).toEqual([
      1,
      expect.stringContaining('does not have "entries/000.p/9". Event 7 is missing.'),
    ]);
    const stopped = await verifyServer(encodeBundle(LOG.entries), [], 'Event 12 is missing');
    expect([stopped.exitCode, stopped.stderr]).toEqual([
      1,
      expect.stringContaining('found the stored log changed: Event 12 is missing'),
    ]);
  });
});
