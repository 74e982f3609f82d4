import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { connectRaw } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';

const answers = new Map<string, ServerResponse>();

/** One whose upstream answers as the test does, and may take a moment to begin. */
async function start(responseMs: number): Promise<TestGateway> {
  answers.clear();
  const { url } = await startUpstream(({ url: path = '' }, res) => void answers.set(path, res));
  const { routes } = await testConfig(url);
  const timeouts = { connectMs: 1000, responseMs, idleMs: 0 };
  return startTestGateway(url, { routes: routes.map((each) => ({ ...each, timeouts })) });
}

async function ask({ address, fleet }: TestGateway, path: string) {
  const client = await connectRaw(address);
  const lines = ['Host: a', `X-Api-Key: ${fleet.addKey()}`, 'Connection: close'];
  client.send([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  return client;
}

/** Takes longer than the upstream may: whatever began before was looked at in the meantime. */
async function letTimePass(gateway: TestGateway): Promise<void> {
  const client = await ask(gateway, '/never');
  expect(await client.closes()).toMatch(/^HTTP\/1\.1 504 .*upstream_timeout/s);
}

it('lets an answer last longer than its upstream may take to begin it', async () => {
  const gateway = await start(100);
  const client = await ask(gateway, '/long');
  await expect.poll(() => answers.get('/long')).toBeDefined();
  answers.get('/long')?.write('first');
  await client.receives('first');
  await letTimePass(gateway);
  answers.get('/long')?.end('last');
  expect(await client.closes()).toMatch(/last\r\n0\r\n\r\n$/);
});

it('waits for an upstream as long as it says that it goes on', async () => {
  // Far longer than what goes on may pause on a busy machine.
  const gateway = await start(1500);
  const client = await ask(gateway, '/slow');
  await expect.poll(() => answers.get('/slow')).toBeDefined();
  const goesOn = setInterval(() => answers.get('/slow')?.writeProcessing(), 20);
  await letTimePass(gateway);
  await letTimePass(gateway);
  clearInterval(goesOn);
  answers.get('/slow')?.end('done');
  expect(await client.closes()).toMatch(/^HTTP\/1\.1 102 .*HTTP\/1\.1 200 .*done/s);
});
