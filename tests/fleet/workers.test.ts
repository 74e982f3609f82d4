/** A gateway of several processes, before a real control plane. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey, type TestKey } from '../../apps/control-plane/src/testing/keys.ts';
import type { Query } from '../../apps/control-plane/src/testing/query-database.ts';
import { startOrganization } from '../../apps/control-plane/src/testing/start-organization.ts';
import type { TestApp } from '../../apps/control-plane/src/testing/test-app.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { answersOk, makeFolder } from '../processes/child-process.ts';
import { startCallLoad } from './call-load.ts';
import { openConnection } from './client-connection.ts';
import { type Gateway, type GatewaySettings, startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';
import { isRunning, workersOf } from './worker-processes.ts';

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
});

async function start(settings: Partial<GatewaySettings> = {}): Promise<Gateway> {
  const upstream = settings.upstream ?? (await startUpstream());
  const { secret } = await makeJoinKey(owner);
  const reached = { controlPlane: app.baseUrl, joinKey: secret, upstream, workers: 2 };
  const gateway = await startGateway({ ...reached, ...settings });
  await until('both workers take requests', () => workersOf(gateway).length === 2);
  return gateway;
}

/** Each on a connection of its own: they go to the workers in turn. */
async function answersOf(gateway: Gateway, key: TestKey, count = 12): Promise<Set<number>> {
  const answers = new Set<number>();
  for (let asked = 0; asked < count; asked++) {
    answers.add((await openConnection(gateway.baseUrl, key.secret).ask()).status);
  }
  return answers;
}

async function revoke(gateway: Gateway, key: TestKey): Promise<void> {
  expect((await owner.post(`/v1/api-keys/${key.id}/revoke`, {})).status).toBe(200);
  await until('the revocation is acknowledged', async () => {
    const ready = await fetch(`${gateway.adminUrl}/readyz`);
    const { gatewayId } = await ready.json();
    const { body } = await owner.get<{ gateways: { gatewayId: string; applied: boolean }[] }>(
      `/v1/api-keys/${key.id}/propagation`,
    );
    return body.gateways.some((each) => each.gatewayId === gatewayId && each.applied);
  });
}

/** What the control plane has counted for the key. */
async function counted(key: TestKey): Promise<number> {
  const [row] = await query<{ calls: number }>(
    'select coalesce(sum(accepted), 0)::int as calls from key_usage where key_id = $1',
    [key.id],
  );
  return Number(row?.calls);
}

/** How many calls the metrics say were let through. */
async function decided(gateway: Gateway): Promise<number> {
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  return Number(/decisions_total\{code="valid"\} (\d+)/.exec(metrics)?.[1] ?? 0);
}

test('both workers answer, are not given the join key, and refuse what was revoked once that is acknowledged', async () => {
  const [kept, revoked] = [await makeCallKey(app, owner), await makeCallKey(app, owner)];
  const { secret } = await makeJoinKey(owner);
  const gateway = await start({ joinKey: secret });
  expectUnknown(gateway, secret);
  expect(await answersOf(gateway, revoked)).toEqual(new Set([200]));
  const runs = readdirSync(join(gateway.stateDir, 'usage'));
  expect(
    runs.filter((run) => existsSync(join(gateway.stateDir, 'usage', run, 'lock'))),
  ).toHaveLength(2);

  await revoke(gateway, revoked);

  expect(await answersOf(gateway, revoked)).toEqual(new Set([401]));
  expect(await answersOf(gateway, kept)).toEqual(new Set([200]));
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  for (const line of [
    'decisions_total{code="valid"} 24',
    'decisions_total{code="revoked"} 12',
    'answer_seconds_count 36',
    'workers 2',
    'connected 1',
  ]) {
    expect(metrics.split('\n')).toContain(`tollkeeper_gateway_${line}`);
  }
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect([await counted(kept), await counted(revoked)]).toEqual([12, 12]);
});

/** That no worker is given the join key. */
function expectUnknown(gateway: Gateway, joinKey: string): void {
  for (const pid of workersOf(gateway)) {
    const readOf = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'latin1');
    expect(readOf('environ')).toContain('PATH=');
    expect(readOf('environ') + readOf('cmdline')).not.toContain(joinKey);
  }
}

test('a killed worker is replaced by one that knows the same, and no call of it is lost', async () => {
  const [key, revoked] = [await makeCallKey(app, owner), await makeCallKey(app, owner)];
  const gateway = await start();
  const load = startCallLoad(4, key.secret, 200, () => gateway.baseUrl);

  for (let kill = 0; kill < 2; kill++) {
    const more = load.answered() + 100;
    await until('calls', () => load.answered() >= more);
    const [first = 0] = workersOf(gateway);
    const before = await decided(gateway);
    process.kill(first, 'SIGKILL');
    if (kill === 0) await revoke(gateway, revoked);
    await until('it is replaced', () => !isRunning(first) && workersOf(gateway).length === 2);
    expect(await answersOf(gateway, revoked)).toEqual(new Set([401]));
    expect(await decided(gateway)).toBeGreaterThan(before);
  }

  await load.stop();
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(load.surprises()).toEqual([]);
  expect(load.cutOff()).toBeLessThanOrEqual(8);
  expect(await counted(key)).toBeGreaterThanOrEqual(load.answered());
  expect(await counted(key)).toBeLessThanOrEqual(load.answered() + load.cutOff());
});

test('workers without a primary answer what is under way, let nothing else through, and end', async () => {
  const key = await makeCallKey(app, owner);
  let release: (() => void) | undefined;
  const upstream = await startUpstream((request, response) => {
    if (request.url !== '/slow') return void response.end();
    release = () => response.end();
  });
  const gateway = await start({ upstream });
  const connections = Array.from({ length: 4 }, () => openConnection(gateway.baseUrl, key.secret));
  for (const each of connections) expect((await each.ask()).status).toBe(200);
  const slow = openConnection(gateway.baseUrl, key.secret).ask('/slow');
  await until('the slow call is under way', () => release !== undefined);
  const workers = workersOf(gateway);

  gateway.signal('SIGKILL');
  await until('the primary is gone', () => !isRunning(gateway.pid));
  const ask = () =>
    Promise.all(
      connections.map((each) =>
        each.ask().then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    );
  await until(
    'both notice',
    () => gateway.stderr().split('the first process is gone').length === 3,
  );
  expect(await ask()).not.toContain(200);
  expect(workers.some(isRunning)).toBe(true);
  release?.();
  expect((await slow).status).toBe(200);
  await until('the workers end', () => !workers.some(isRunning));
  expect(await answersOk(gateway.baseUrl)).toBe(false);
});

/** One gateway, which the last of these stops. */
describe('a gateway with a configuration, before an upstream that takes its time', () => {
  let config: string;
  let gateway: Gateway;
  let key: TestKey;
  /** Counts the calls of one test alone. */
  let counting: TestKey;
  let revoked: TestKey;

  beforeAll(async () => {
    // The gateway knows them from its start.
    key = await makeCallKey(app, owner);
    counting = await makeCallKey(app, owner);
    revoked = await makeCallKey(app, owner);
    const upstream = await startUpstream(
      (_, response) => void setTimeout(() => response.end(), 10),
    );
    config = join(await makeFolder(), 'gateway.yaml');
    await writeFile(config, 'limits: { bodyBytesMax: 1000 }\n');
    gateway = await start({ config, upstream });
  });

  test('a worker that hangs holds no revocation up: it is killed and replaced', async () => {
    expect(await answersOf(gateway, revoked)).toEqual(new Set([200]));
    const [hung = 0] = workersOf(gateway);

    process.kill(hung, 'SIGSTOP');
    await revoke(gateway, revoked);

    expect(isRunning(hung)).toBe(false);
    await until('it is replaced', () => workersOf(gateway).length === 2);
    expect(await answersOf(gateway, revoked)).toEqual(new Set([401]));
  });

  test('SIGHUP changes all workers, or none', async () => {
    await writeFile(config, 'trustedProxies: [nobody]\n');
    gateway.signal('SIGHUP');
    await until('it is refused', () =>
      gateway.stderr().includes('the configuration was not changed'),
    );
    expect(await answersOf(gateway, key)).toEqual(new Set([200]));

    await writeFile(config, 'limits: { bodyBytesMax: 0 }\nforwardAuth: true\n');
    gateway.signal('SIGHUP');
    await until('it is read', () => gateway.stderr().includes('the configuration was read again'));
    await until('both answer other proxies', async () => {
      const asked = [1, 2, 3, 4].map(() =>
        openConnection(gateway.baseUrl, key.secret).ask('/ext-authz/'),
      );
      const answers = await Promise.all(asked);
      return answers.every(({ headers }) => headers['x-tollkeeper-key-id'] === key.id);
    });
  });

  test('drops no request when it is stopped', async () => {
    let answered = 0;
    /** As a balancer would: on one connection, until the gateway ends it. */
    async function callUntilTheEnd(): Promise<void> {
      const connection = openConnection(gateway.baseUrl, counting.secret);
      for (let isLast = false; !isLast; ) {
        const answer = await connection.ask();
        expect(answer.status).toBe(200);
        answered += 1;
        isLast = answer.headers.connection === 'close';
      }
    }
    const calling = Promise.all(Array.from({ length: 8 }, callUntilTheEnd));
    await until('calls', () => answered > 200);

    expect(await gateway.stop()).toEqual({ code: 0, signal: null });
    await calling;
    expect(await counted(counting)).toBe(answered);
  });
});
