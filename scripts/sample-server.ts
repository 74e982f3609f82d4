/** A control plane with an organization as one might find it, for pictures of its pages. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type App, createApp } from '../apps/control-plane/src/app.ts';
import { openDatabase } from '../apps/control-plane/src/db/open-database.ts';
import { createLog } from '../apps/control-plane/src/log.ts';
import { createClient } from '../apps/control-plane/src/testing/client.ts';
import { fillSampleOrganization } from './sample-organization.ts';

const DASHBOARD = fileURLToPath(new URL('../apps/dashboard/dist', import.meta.url));
const SETUP_TOKEN = 'a-token-for-pictures';
const OWNER = {
  name: 'Ada Lovelace',
  email: 'ada@acme.example',
  password: 'a password for pictures',
  organizationName: 'Acme',
};

export async function startSampleServer() {
  const dataDir = await mkdtemp(join(tmpdir(), 'tollkeeper-pictures-'));
  const database = await openDatabase({ databaseUrl: undefined, dataDir }, () => {}, 'screenshots');
  const app = await createApp({
    database: database.config,
    baseUrl: 'http://127.0.0.1',
    secret: 'a secret that signs the sessions of pictures',
    setupToken: SETUP_TOKEN,
    trustedProxies: [],
    mail: null,
    dashboardDir: DASHBOARD,
    version: '0.0.0-pictures',
    log: createLog('silent'),
    clock: () => new Date(),
  });
  await app.server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  const cookies = await claim(baseUrl);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const owner = createClient(baseUrl, { cookie, origin: baseUrl });
  const keyId = await fillSampleOrganization(app, owner);
  return { baseUrl, cookies, keyId, close: () => close(app, database, dataDir) };
}

/** @returns the owner's session, as a browser takes it */
async function claim(baseUrl: string) {
  const { headers } = await createClient(baseUrl, {}).post('/v1/setup', {
    token: SETUP_TOKEN,
    ...OWNER,
  });
  return headers.getSetCookie().map((each) => {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
    return { name, value, url: baseUrl };
  });
}

async function close(
  app: App,
  database: Awaited<ReturnType<typeof openDatabase>>,
  dataDir: string,
): Promise<void> {
  await app.close();
  await database.close();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
}
