import { expect, it, vi } from 'vitest';
import { SETUP_TOKEN } from '../../apps/control-plane/src/testing/test-app.ts';
import { answersOk, warningsOf } from './child-process.ts';
import { spawnControlPlane, startControlPlane } from './control-plane.ts';

it('prints a link that a browser can open where it listens on all addresses', async () => {
  const { baseUrl, stdout, stop } = await startControlPlane({ env: { HOST: '0.0.0.0' } });
  const { port } = new URL(baseUrl);
  const link = `here: http://localhost:${port}/setup#token=${SETUP_TOKEN}\n`;
  await vi.waitFor(() => expect(stdout()).toContain(link));
  await vi.waitFor(() => expect(stdout()).toContain('set TOLLKEEPER_BASE_URL'));
  expect(stdout()).not.toContain('0.0.0.0');
  expect(await answersOk(`http://localhost:${port}/readyz`)).toBe(true);
  await stop();
});

it('prints the port that it got where it was given 0, and ends without a warning', async () => {
  const controlPlane = await spawnControlPlane({ env: { PORT: '0' } });
  const address = await vi.waitFor(() => {
    const [, found] = /ready at (http:\/\/127\.0\.0\.1:\d+)\n/.exec(controlPlane.stdout()) ?? [];
    expect(found, controlPlane.stderr() + controlPlane.stdout()).toBeDefined();
    return found;
  });
  expect(await answersOk(`${address}/readyz`)).toBe(true);
  // After the address: whether there is an owner already, is read from the database.
  await vi.waitFor(() => expect(controlPlane.stdout()).toContain(`here: ${address}/setup#token=`));
  expect(await controlPlane.stop()).toEqual({ code: 0, signal: null });
  expect(warningsOf(controlPlane)).toEqual([]);
});
