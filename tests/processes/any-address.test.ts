import { expect, it, vi } from 'vitest';
import { SETUP_TOKEN } from '../../apps/control-plane/src/testing/test-app.ts';
import { answersOk } from './child-process.ts';
import { startControlPlane } from './control-plane.ts';

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
