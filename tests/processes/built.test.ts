/** The server as `npm start` runs it: in one file, built from the sources. */
import { expect, it } from 'vitest';
import { claimServer } from '../../apps/control-plane/src/testing/test-app.ts';
import { buildControlPlane, builtControlPlane } from '../../scripts/control-plane.mjs';
import { freePort, makeFolder, startNode } from './child-process.ts';
import { environment, ready } from './control-plane.ts';
import { createKey } from './keys.ts';

it('serves from one file as from its sources', async () => {
  await buildControlPlane();
  const dataDir = await makeFolder();
  const port = await freePort();
  const env = { ...environment(dataDir), PORT: String(port) };
  const process = startNode([builtControlPlane], env);
  const controlPlane = { ...process, baseUrl: `http://127.0.0.1:${port}`, dataDir };
  await ready(controlPlane);

  const owner = await claimServer(controlPlane);
  const key = await createKey(owner);
  const whoami = await fetch(`${controlPlane.baseUrl}/v1/whoami`, {
    headers: { authorization: `Bearer ${key.secret}` },
  });
  expect(whoami.status).toBe(200);
  const docs = await fetch(`${controlPlane.baseUrl}/docs`);
  expect(docs.status).toBe(200);
  expect(await controlPlane.stop()).toMatchObject({ code: 0 });
}, 120_000);
