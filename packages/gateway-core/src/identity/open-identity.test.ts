import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ERRORS, type ErrorCode } from '@tollkeeper/contract';
import { expect, test } from 'vitest';
import type { TestControlPlane } from '../testing/control-plane.ts';
import { JOINED, startControlPlane } from '../testing/control-plane.ts';
import { createTestLog, makeStateDir, start } from '../testing/start.ts';

/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:2';

function refuse(controlPlane: TestControlPlane, code: ErrorCode, detail: string): void {
  const { status, title } = ERRORS[code];
  controlPlane.onJoin = (_, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(
      JSON.stringify({ type: 'about:blank', title, status, code, detail, requestId: 'r' }),
    );
  };
}

test('joins once, and needs no join key any more', async () => {
  const controlPlane = await startControlPlane();
  const stateDir = await makeStateDir();
  const first = await start({ controlPlane: controlPlane.url, stateDir });
  await first.close();

  const second = await start({ controlPlane: controlPlane.url, stateDir, joinKey: undefined });

  await controlPlane.connected();
  expect((await controlPlane.connected()).hello.gatewayId).toBe(JOINED.gatewayId);
  expect(second.status()).toMatchObject({ gatewayId: JOINED.gatewayId, fault: null });
  expect(controlPlane.joins).toEqual([
    {
      joinKey: 'tk_join_of_a_test',
      name: 'edge-1',
      softwareVersion: '0.1.0',
      publicKey: expect.stringMatching(/^[\w-]{43}$/),
    },
  ]);
});

test('keeps who it is where no other user of the machine reads it', async () => {
  const controlPlane = await startControlPlane();
  const stateDir = await makeStateDir();

  await start({ controlPlane: controlPlane.url, stateDir });

  const modeOf = async (...names: string[]) => (await stat(join(stateDir, ...names))).mode & 0o777;
  expect(await modeOf()).toBe(0o700);
  expect(await modeOf('identity.json')).toBe(0o600);
  expect(await modeOf('snapshot')).toBe(0o600);
  expect(await readFile(join(stateDir, 'identity.json'), 'utf8')).not.toContain('tk_join');
});

test('is the same gateway when the answer to its joining was lost', async () => {
  const controlPlane = await startControlPlane();
  const { onJoin } = controlPlane;
  controlPlane.onJoin = (_, response) => {
    controlPlane.onJoin = onJoin;
    response.destroy();
  };

  await start({ controlPlane: controlPlane.url, stateDir: await makeStateDir() });

  const keys = controlPlane.joins.map(({ publicKey }) => publicKey);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('is the same gateway when it was killed before the answer came', async () => {
  const controlPlane = await startControlPlane();
  const { onJoin } = controlPlane;
  const stateDir = await makeStateDir();
  const killing = new AbortController();
  controlPlane.onJoin = () => killing.abort(new Error('killed'));
  const options = { controlPlane: controlPlane.url, stateDir };
  await expect(start({ ...options, signal: killing.signal })).rejects.toThrow('killed');
  controlPlane.onJoin = onJoin;

  await start(options);

  const keys = controlPlane.joins.map(({ publicKey }) => publicKey);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('gives up at once when its join key is refused, and says why', async () => {
  const controlPlane = await startControlPlane();
  refuse(controlPlane, 'join_key_invalid', 'The join key is unknown, used up or expired.');

  const started = start({ controlPlane: controlPlane.url, stateDir: await makeStateDir() });

  await expect(started).rejects.toMatchObject({
    code: 'join_refused',
    message: expect.stringContaining('The join key is unknown, used up or expired.'),
  });
  expect(controlPlane.joins).toHaveLength(1);
});

test('says so when what answers is no control plane', async () => {
  const controlPlane = await startControlPlane();
  controlPlane.onJoin = (_, response) => response.end('<h1>Welcome</h1>');

  const started = start({ controlPlane: controlPlane.url, stateDir: await makeStateDir() });

  await expect(started).rejects.toMatchObject({
    code: 'join_refused',
    message: expect.stringMatching(/not a control plane \(status 200\)\. Is the address right\?/),
  });
});

test.each([500, 502, 503, 429])('tries again after an answer %i', async (status) => {
  const controlPlane = await startControlPlane();
  const { onJoin } = controlPlane;
  controlPlane.onJoin = (_, response) => {
    if (controlPlane.joins.length === 3) controlPlane.onJoin = onJoin;
    response.writeHead(status).end();
  };

  const fleet = await start({ controlPlane: controlPlane.url, stateDir: await makeStateDir() });

  expect(fleet.status().connected).toBe(true);
  expect(controlPlane.joins).toHaveLength(4);
});

test('sends its join key nowhere but to the configured control plane', async () => {
  const controlPlane = await startControlPlane();
  const other = await startControlPlane();
  controlPlane.onJoin = (_, response) =>
    response.writeHead(307, { location: `${other.url}/v1/gateways/join` }).end();

  await expect(
    start({ controlPlane: controlPlane.url, stateDir: await makeStateDir() }),
  ).rejects.toMatchObject({ code: 'join_refused' });
  expect(other.joins).toEqual([]);
});

test('waits for a control plane that cannot be reached, until it is stopped', async () => {
  const stopping = new AbortController();
  const log = createTestLog();
  const logged: object[] = [];
  const warn = (details: object, message: string) => {
    logged.push(details);
    log.warn(details, message);
    if (log.lines.length === 3) stopping.abort(new Error('stopped'));
  };

  const started = start({
    controlPlane: NOBODY,
    stateDir: await makeStateDir(),
    signal: stopping.signal,
    random: () => 0.0123,
    log: { ...log, warn },
  });

  await expect(started).rejects.toThrow('stopped');
  expect(log.lines[0]).toMatch(/cannot be reached, this gateway will try again: .*ECONNREFUSED/);
  // In whole milliseconds: people read it.
  expect(logged).toMatchObject([{ waitMs: 5 }, { waitMs: 10 }, { waitMs: 20 }]);
});

test('says what to do without a join key and without an identity', async () => {
  const stateDir = await makeStateDir();

  await expect(start({ controlPlane: NOBODY, stateDir, joinKey: undefined })).rejects.toMatchObject(
    {
      code: 'join_key_missing',
      message: expect.stringContaining('Create a join key'),
    },
  );
});

test('says that the join key it was given is empty', async () => {
  const stateDir = await makeStateDir();
  const started = start({ controlPlane: NOBODY, stateDir, joinKey: '' });
  await expect(started).rejects.toMatchObject({
    code: 'join_key_missing',
    message: expect.stringContaining('TOLLKEEPER_JOIN_KEY of a gateway) is empty'),
  });
});

test('refuses the state folder of another control plane', async () => {
  const controlPlane = await startControlPlane();
  const stateDir = await makeStateDir();
  const fleet = await start({ controlPlane: controlPlane.url, stateDir });
  await fleet.close();

  const started = start({ controlPlane: 'https://keys.example.com/', stateDir });

  await expect(started).rejects.toMatchObject({
    code: 'state_folder_foreign',
    message: expect.stringContaining(
      `belongs to a gateway of "${controlPlane.url}", not of "https://keys.example.com"`,
    ),
  });
});

test('refuses a state folder that it cannot write', async () => {
  const stateDir = await makeStateDir();
  await writeFile(stateDir, 'a file');

  await expect(start({ controlPlane: NOBODY, stateDir })).rejects.toMatchObject({
    code: 'state_folder',
    message: expect.stringContaining(`Cannot write to the state folder "${stateDir}"`),
  });
});

test('refuses a damaged identity, and does not overwrite it', async () => {
  const controlPlane = await startControlPlane();
  const stateDir = await makeStateDir();
  await (await start({ controlPlane: controlPlane.url, stateDir })).close();
  const path = join(stateDir, 'identity.json');
  const damaged = (await readFile(path, 'utf8')).slice(0, -20);
  await writeFile(path, damaged);

  const started = start({ controlPlane: controlPlane.url, stateDir });

  await expect(started).rejects.toMatchObject({
    code: 'state_folder',
    message: expect.stringContaining(`Cannot read who this gateway is from "${path}"`),
  });
  expect(await readFile(path, 'utf8')).toBe(damaged);
});

test('refuses a second start on one state folder, until the first has ended', async () => {
  const controlPlane = await startControlPlane();
  const options = { controlPlane: controlPlane.url, stateDir: await makeStateDir() };
  const first = await start(options);

  await expect(start(options)).rejects.toMatchObject({
    code: 'state_folder_held',
    message: expect.stringContaining('Another gateway uses the state folder'),
  });

  await first.close();
  expect((await start(options)).status()).toMatchObject({ version: 0, fault: null });
});

test.each([
  ['keys.example.com', 'it must be a URL'],
  ['ftp://keys.example.com', 'it must be a URL'],
  ['https://admin:secret@keys.example.com', 'it must not hold a user or password'],
  ['https://keys.example.com/?a=1', 'it must end with its path'],
])('refuses the address "%s"', async (controlPlane, rule) => {
  const started = start({ controlPlane, stateDir: await makeStateDir() });

  await expect(started).rejects.toMatchObject({ code: 'control_plane_address' });
  await expect(started).rejects.toThrow(rule);
  await expect(started).rejects.not.toThrow('secret');
});
