import { expect, test } from 'vitest';
import { createSurroundings } from '../surroundings.fixture.ts';
import { openBrowser } from './open-browser.ts';

const link = 'http://127.0.0.1:7420/device?user_code=ABCD1234';

test.each([
  ['linux', { DISPLAY: ':0' }, ['xdg-open', link]],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, ['xdg-open', link]],
  ['linux', {}, undefined],
  ['darwin', {}, ['open', link]],
  ['darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, undefined],
  ['win32', {}, ['rundll32', 'url.dll,FileProtocolHandler', link]],
] as const)('on %s with %j starts %j', (platform, env, started) => {
  const runs: string[][] = [];
  const launch = (program: string, args: readonly string[]) => void runs.push([program, ...args]);
  const { io } = createSurroundings('/home/ada', { env, launch });
  expect(openBrowser({ ...io, platform }, link)).toBe(started !== undefined);
  expect(runs).toEqual(started ? [started] : []);
});
