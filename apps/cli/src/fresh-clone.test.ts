import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

test('in a clone without dependencies the command is found, and says what to do', async () => {
  const { bin } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const clone = await mkdtemp(join(tmpdir(), 'tollkeeper-clone-'));
  onTestFinished(() => rm(clone, { recursive: true, force: true }));
  const command = join(clone, bin.tollkeeper);
  await cp(join(ROOT, dirname(bin.tollkeeper)), dirname(command), { recursive: true });

  const { status, stderr } = spawnSync(process.execPath, [command, 'gateway'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe(
    'Tollkeeper is not installed yet. Run "npm ci" in its folder, then this again.\n',
  );
  expect(status).toBe(1);
});
