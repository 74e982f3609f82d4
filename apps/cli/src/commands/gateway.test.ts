import { expect, test } from 'vitest';
import { createHome, runCommand } from '../surroundings.fixture.ts';

const JOIN_KEY = `tk_join_${'a'.repeat(38)}`;

test('runs the gateway as a program, the join key in its environment and not in its arguments', async () => {
  await using home = await createHome();
  const calls: unknown[][] = [];
  const { exitCode, stderr } = await runCommand(
    home.homeFolder,
    [
      ...['gateway', '--join-key', JOIN_KEY, '--control-plane', 'http://keys.example'],
      ...['--upstream', 'http://127.0.0.1:3000', '--state-dir', './here'],
    ],
    {
      runNode: (...call) => {
        calls.push(call);
        return Promise.resolve(4);
      },
    },
  );
  expect(exitCode).toBe(4);
  expect(stderr).toContain('--join-key-file');
  expect(calls).toEqual([
    [
      [
        expect.stringMatching(/apps\/gateway\/src\/main\.ts$/),
        ...['--control-plane', 'http://keys.example'],
        ...['--upstream', 'http://127.0.0.1:3000', '--state-dir', './here'],
      ],
      { TOLLKEEPER_JOIN_KEY: JOIN_KEY },
    ],
  ]);
});
