import { expect, test } from 'vitest';
import { createHome, runCommand } from '../testing/run-command.ts';

test('runs the gateway as a program', async () => {
  await using home = await createHome();
  const calls: unknown[][] = [];
  const { exitCode } = await runCommand(
    home.homeFolder,
    [
      ...['gateway', '--join-key-file', './join-key', '--control-plane', 'http://keys.example'],
      ...['--upstream', 'http://127.0.0.1:3000', '--state-dir', './here'],
    ],
    {
      runProgram: (...call) => {
        calls.push(call);
        return Promise.resolve(4);
      },
    },
  );
  expect(exitCode).toBe(4);
  expect(calls).toEqual([
    [
      'gateway',
      [
        ...['--control-plane', 'http://keys.example', '--join-key-file', './join-key'],
        ...['--upstream', 'http://127.0.0.1:3000', '--state-dir', './here'],
      ],
    ],
  ]);
});

test('takes no join key as an argument, which every user of the machine could read', async () => {
  await using home = await createHome();
  const args = ['gateway', '--join-key', `tk_join_${'a'.repeat(38)}`];
  const { exitCode, stderr } = await runCommand(home.homeFolder, args, {
    runProgram: () => Promise.reject(new Error('ran')),
  });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/--join-key/);
});
