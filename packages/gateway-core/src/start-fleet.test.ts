import { readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { DOWNWARD_BYTES_MAX, PROTOCOL_VERSION, SILENCE_MS } from '@tollkeeper/protocol';
import { expect, test, vi } from 'vitest';
import type { Fleet } from './fleet.ts';
import { createDamage } from './sync/damage.fixture.ts';
import { createTestClock } from './testing/clock.ts';
import { JOINED, startControlPlane } from './testing/control-plane.ts';
import { createSealer } from './testing/sealer.ts';
import { createTestLog, makeStateDir, start } from './testing/start.ts';
import { startConnected } from './testing/start-connected.ts';
import { createWorld, decisionsOf, idOf, keyOf, OWNER } from './testing/world.ts';

const BEFORE = ['valid', 'valid', 'valid', 'not_found'];
const AFTER = ['valid', 'revoked', 'valid', 'not_found'];
const TEN_MINUTES_MS = 600_000;
const CALLS_A_DAY = 24 * 6;
const SUBJECT = { keyId: idOf('key', 1), ownerId: OWNER, workspaceId: null };

function decided(fleet: Fleet, count = 4): string[] | string {
  const keys = fleet.keys();
  return typeof keys === 'string' ? keys : decisionsOf(keys.index, count);
}

test('decides with the snapshot of its workspace as soon as it has started', async () => {
  const { fleet } = await startConnected();

  expect(decided(fleet)).toEqual(BEFORE);
  expect(fleet.status()).toMatchObject({
    ...{ gatewayId: JOINED.gatewayId, connected: true, version: 0, fault: null },
  });
});

test('says hello with who it is, what it runs, and how old its keys may be', async () => {
  const { connection, options } = await startConnected({ staleMaxMs: 60_000 });

  expect(connection.hello).toMatchObject({
    ...{ protocol: PROTOCOL_VERSION, gatewayId: JOINED.gatewayId, version: null },
    ...{ softwareVersion: '0.1.0', hostname: 'edge-1.example.com', staleMaxMs: 60_000 },
  });
  expect(options.stateDir).not.toBe('');
});

test('applies a change and says so', async () => {
  const { controlPlane, connection, fleet } = await startConnected();

  controlPlane.world.change(keyOf(2, { status: 'revoked' }));
  connection.send(controlPlane.changes(0));

  expect(await connection.next('ack')).toMatchObject({ type: 'ack', version: 1 });
  expect(decided(fleet)).toEqual(AFTER);
});

test('gets what changed while it was not connected', async () => {
  const { controlPlane, connection, fleet } = await startConnected();
  connection.socket.terminate();
  controlPlane.world.change(keyOf(2, { status: 'revoked' }));

  const next = await controlPlane.connected();

  expect(next.hello.version).toBe(0);
  expect(await next.next('ack')).toMatchObject({ type: 'ack', version: 1 });
  expect(decided(fleet)).toEqual(AFTER);
});

test('asks for a whole snapshot when it missed a change', async () => {
  const { controlPlane, connection, fleet } = await startConnected();
  controlPlane.world.change(keyOf(2, { status: 'revoked' }));
  controlPlane.world.change(keyOf(4));

  connection.send(controlPlane.changes(1));

  expect(await connection.next('reject')).toMatchObject({ reason: 'gap' });
  await connection.next('resync');
  for (const part of controlPlane.snapshot()) connection.send(part);
  expect(await connection.next('ack')).toMatchObject({ type: 'ack', version: 2 });
  expect(decided(fleet)).toEqual(['valid', 'revoked', 'valid', 'valid']);
});

test('goes on deciding, also after a restart, while the control plane is away', async () => {
  const { controlPlane, connection, fleet, options } = await startConnected();
  controlPlane.world.change(keyOf(2, { status: 'revoked' }));
  connection.send(controlPlane.changes(0));
  await connection.next('ack');
  await controlPlane.stop();
  expect(decided(fleet)).toEqual(AFTER);
  await fleet.close();

  const next = await start({ ...options, joinKey: undefined });

  expect(decided(next)).toEqual(AFTER);
  expect(next.status()).toMatchObject({ connected: false, version: 1 });
  await vi.waitFor(() => expect(next.status().fault).toMatch(/cannot be reached: .*ECONNREFUSED/));
});

test('warns of a lost connection, but not of the one that it ends itself', async () => {
  const log = createTestLog();
  const { controlPlane, connection, fleet } = await startConnected({ log });
  const ended = () => log.lines.filter((line) => line.includes('is not connected'));

  connection.socket.terminate();
  await controlPlane.connected();
  expect(ended()).toEqual([expect.stringMatching(/^warn /)]);

  await fleet.close();
  expect(ended().slice(1)).toEqual([expect.stringMatching(/^info .*: it stops$/)]);
});

test('refuses no valid key in a day without the control plane, and loses no call of it', async () => {
  const clock = createTestClock();
  const { controlPlane, fleet, options } = await startConnected({ clock });
  await controlPlane.stop();
  await vi.waitFor(() => expect(fleet.status().connected).toBe(false));

  for (let call = 0; call < CALLS_A_DAY; call++) {
    clock.advance(TEN_MINUTES_MS);
    // It tries to come back all day.
    await setImmediate();
    expect(decided(fleet)).toEqual(BEFORE);
    fleet.count(SUBJECT, true, clock.epochMs());
    fleet.flush();
  }
  expect(fleet.status()).toMatchObject({ connected: false, spooledCalls: CALLS_A_DAY });
  await fleet.close();

  const next = await start({ ...options, joinKey: undefined });
  expect(decided(next)).toEqual(BEFORE);
  expect(next.status().spooledCalls).toBe(CALLS_A_DAY);
});

test('denies every request while it has no snapshot, and starts all the same', async () => {
  const controlPlane = await startControlPlane();
  controlPlane.onHello = (connection) => connection.socket.terminate();
  const fleet = await start({ controlPlane: controlPlane.url, stateDir: await makeStateDir() });
  expect(fleet.keys()).toBe('no_snapshot');

  controlPlane.onHello = (connection) => {
    connection.send(controlPlane.gateway(connection.hello.nonce));
    connection.send(controlPlane.lineage(connection.hello.nonce, { continues: false }));
    for (const part of controlPlane.snapshot()) connection.send(part);
  };

  await vi.waitFor(() => expect(decided(fleet)).toEqual(BEFORE));
});

test('denies every request once its snapshot is too old, until it is confirmed again', async () => {
  const clock = createTestClock();
  const { controlPlane, connection, fleet } = await startConnected({ clock, staleMaxMs: 12_000 });
  await vi.waitFor(() => expect(fleet.status().ageMs).toBe(0));
  connection.answersChecks = false;
  clock.advance(12_000);
  expect(decided(fleet)).toEqual(BEFORE);

  clock.advance(1);
  expect(fleet.keys()).toBe('snapshot_stale');
  expect(fleet.status().ageMs).toBe(12_001);

  connection.answersChecks = true;
  const { nonce } = await connection.next('check');
  connection.send(controlPlane.confirmed(nonce));
  await vi.waitFor(() => expect(decided(fleet)).toEqual(BEFORE));
});

test('forgets everything when it is removed, and does not come back', async () => {
  const { controlPlane, connection, fleet, stateDir, options } = await startConnected();

  const { nonce } = connection.hello;
  connection.send(controlPlane.seal({ type: 'removed', nonce, gatewayId: idOf('gw', 1) }));

  await vi.waitFor(() => expect(fleet.keys()).toBe('gateway_removed'));
  expect(fleet.status().fault).toMatch(/removed from the fleet.*new join key/);
  await vi.waitFor(async () => {
    const files = await readdir(stateDir);
    expect(files).not.toContain('identity.json');
    expect(files).not.toContain('snapshot');
  });
  await vi.waitFor(() => expect(fleet.status().connected).toBe(false));
  expect(controlPlane.opened()).toBe(1);
  await fleet.close();
  await expect(start({ ...options, joinKey: undefined })).rejects.toMatchObject({
    code: 'join_key_missing',
    message: expect.stringContaining('was removed from the fleet'),
  });
  await (await start(options)).close();
  expect(await readdir(stateDir)).not.toContain('removed');
});

test('is not removed by what is said of another gateway, on another connection, or by somebody else', async () => {
  const { controlPlane, connection, fleet } = await startConnected();
  const { nonce } = connection.hello;
  const removed = { type: 'removed', nonce, gatewayId: idOf('gw', 1) } as const;

  connection.send(controlPlane.seal({ ...removed, nonce: 'A'.repeat(43) }));
  expect(await connection.next('reject')).toMatchObject({ reason: 'replayed' });
  connection.send(controlPlane.seal({ ...removed, gatewayId: idOf('gw', 2) }));
  connection.send(createSealer().seal(removed));

  expect(await connection.next('reject')).toMatchObject({ reason: 'foreign' });
  expect(await connection.next('reject')).toMatchObject({ reason: 'signature' });
  expect(decided(fleet)).toEqual(BEFORE);
});

test('sends nothing to a server that does not sign with the pinned key', async () => {
  const { controlPlane, fleet, options } = await startConnected();
  await fleet.close();
  await controlPlane.stop();
  const port = Number(new URL(controlPlane.url).port);
  const other = await startControlPlane(createSealer(createWorld(9)), port);

  const next = await start({ ...options, joinKey: undefined });

  await vi.waitFor(() => expect(next.status().fault).toMatch(/is not the control plane that this/));
  expect(decided(next)).toEqual(BEFORE);
  await vi.waitFor(() => expect(other.opened()).toBeGreaterThan(1));
});

test('tells why the control plane refuses it, and tries again', async () => {
  const { controlPlane, connection, fleet } = await startConnected();
  const detail = 'The control plane restarts.';
  controlPlane.onHello = ({ send }) =>
    send(controlPlane.seal({ type: 'refused', code: 'unavailable', detail }));

  connection.socket.terminate();

  await vi.waitFor(() => expect(fleet.status().fault).toBe(detail));
  await controlPlane.connected();
  await controlPlane.connected();
  expect(decided(fleet)).toEqual(BEFORE);
});

test('leaves a connection on which it hears nothing', async () => {
  const clock = createTestClock();
  const { controlPlane, connection } = await startConnected({ clock });
  connection.socket.pause();

  clock.advance(SILENCE_MS + 5000);
  await vi.waitFor(() => {
    clock.advance(1000);
    expect(controlPlane.opened()).toBe(2);
  });
});

test('takes new names, labels and draining at once', async () => {
  const { controlPlane, connection, fleet } = await startConnected();

  connection.send(
    controlPlane.gateway(connection.hello.nonce, {
      name: 'edge-2',
      labels: { region: 'eu-1' },
      draining: true,
    }),
  );

  await vi.waitFor(() =>
    expect(fleet.status()).toMatchObject({
      ...{ name: 'edge-2', labels: { region: 'eu-1' }, draining: true },
    }),
  );
});

test('is not brought down by 500 damaged messages, and reports each', async () => {
  const { controlPlane, connection, fleet } = await startConnected();
  const { damage, next } = createDamage(3);
  const { nonce } = connection.hello;
  controlPlane.world.change(keyOf(1));
  const good = [
    ...[...controlPlane.snapshot(), controlPlane.changes(0), controlPlane.gateway(nonce)],
    ...[controlPlane.lineage(nonce), controlPlane.confirmed(nonce)],
  ];

  for (let count = 0; count < 500; count++) {
    const original = good[next(good.length)] ?? Buffer.alloc(0);
    const damaged = damage(original);
    if (Buffer.compare(damaged, original) === 0) continue;
    connection.socket.send(next(10) > 0 ? damaged : Buffer.from(damaged).toString('base64'));
    expect(await connection.next('reject')).toMatchObject({ type: 'reject' });
  }
  controlPlane.world.change(keyOf(2, { status: 'revoked' }));
  connection.socket.terminate();

  const again = await controlPlane.connected();
  expect(await again.next('ack')).toMatchObject({ type: 'ack', version: 2 });
  expect(decided(fleet)).toEqual(AFTER);
});

test('takes no message that is too large, and comes back', async () => {
  const { controlPlane, connection, fleet } = await startConnected();

  connection.send(new Uint8Array(DOWNWARD_BYTES_MAX + 1));

  await controlPlane.connected();
  expect(decided(fleet)).toEqual(BEFORE);
});
