import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { COMMANDS } from '../commands/index.ts';
import { createHome, runCommand } from '../testing/run-command.ts';

async function script(shell: 'bash' | 'zsh' | 'fish'): Promise<string> {
  await using home = await createHome();
  const { exitCode, stdout } = await runCommand(home.homeFolder, ['completion', shell]);
  expect(exitCode).toBe(0);
  return stdout;
}

/** What bash offers for the last word, as if Tab was pressed after it. */
async function complete(...words: readonly string[]): Promise<string[]> {
  const program = `${await script('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tollkeeper; printf '%s\\n' "\${COMPREPLY[@]}"`;
  // Without --norc, bash reads its start-up files where it takes its input for a network connection.
  const args = ['--norc', '-uc', program, 'bash', 'tollkeeper', ...words];
  const { stdout, stderr } = spawnSync('bash', args, {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

test('bash completes every command', async () => {
  expect(await complete('')).toEqual(COMMANDS.map(({ name }) => name));
  expect(await complete('join')).toEqual(['join-keys']);
});

test('bash completes the verbs of a command, also behind an option with a value', async () => {
  const verbs = await complete('keys', '');
  expect(verbs).toEqual(expect.arrayContaining(['list', 'create', 'revoke', 'propagation']));
  expect(await complete('--organization', 'keys', 'members', 're')).toEqual([
    'reinstate',
    'remove',
  ]);
  expect(await complete('org', 'tr')).toEqual(['transfer']);
});

test('bash completes the options of a verb and their values', async () => {
  expect(await complete('keys', 'rotate', '--')).toEqual(['--grace', '--yes', '--json', '--help']);
  expect(await complete('keys', 'ls', '--state', 're')).toEqual(['revoked']);
  expect(await complete('keys', 'list', '--search', '')).toEqual([]);
  expect(await complete('admin', 'set-plan', 'ent')).toEqual(['enterprise']);
  expect(await complete('gateway', '--config', 'completion.t')).toEqual(['completion.test.ts']);
  expect(await complete('')).not.toContain('--version');
  expect(await complete('--v')).toEqual(['--version']);
});

test.each([
  ['zsh', "'keys list --state') compadd -- 'active' 'disabled' 'expired' 'revoked'; return ;;"],
  ['zsh', "'list:List keys, the newest first by default'"],
  ['zsh', "'gateway --config') _files; return ;;"],
  ['fish', "-n '__tollkeeper_at \\'keys list\\'' -l state -x -a 'active disabled expired revoked'"],
  ['fish', "-n '__tollkeeper_at \\'keys\\'' -a 'list' -d 'List keys, the newest first by default'"],
  ['fish', "-n '__tollkeeper_at \\'gateway\\'' -l config -r -F -d"],
] as const)('%s is given %s', async (shell, line) => {
  expect(await script(shell)).toContain(line);
});

test.each(['zsh', 'fish'] as const)('%s is given every command', async (shell) => {
  const text = await script(shell);
  for (const { name } of COMMANDS) expect(text).toContain(`'${name}`);
});
