import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { vkeyText } from '@tollkeeper/transparency-log';
import { expect, test } from 'vitest';
import {
  sampleLeaves,
  sampleLog,
} from '../../../../../packages/transparency-log/src/testing/sample-log.ts';
import { EXIT } from '../../failure.ts';
import { createHome, runCommand } from '../../testing/run-command.ts';

const KEY = vkeyText(sampleLog(sampleLeaves(9)).key);

/** A folder as a log stream stores objects: an hour each, and the checkpoint of all events up to its end. */
async function verifyObjects(counts: readonly number[], edit = (text: string) => text) {
  await using home = await createHome();
  const leaves = sampleLeaves(9);
  let first = 1;
  for (const [hour, count] of counts.entries()) {
    const folder = join(home.homeFolder, 'objects', 'org_1', `0${hour}`);
    const name = join(folder, String(first).padStart(12, '0'));
    const lines = leaves.slice(first - 1, first - 1 + count);
    first += count;
    await mkdir(folder, { recursive: true });
    await writeFile(`${name}.jsonl.gz`, gzipSync(edit(`${lines.join('\n')}\n`)));
    await writeFile(`${name}.checkpoint`, sampleLog(leaves.slice(0, first - 1)).checkpoint);
  }
  const argv = ['audit', 'verify', join(home.homeFolder, 'objects')];
  return {
    without: await runCommand(home.homeFolder, argv),
    ...(await runCommand(home.homeFolder, [...argv, '--key', KEY])),
  };
}

test('stored objects are verified together, by the key that was given', async () => {
  const { without, ...verified } = await verifyObjects([4, 3, 2]);
  expect(verified).toMatchObject({
    exitCode: EXIT.ok,
    stdout: 'Verified 9 of the 9 events of keys.example.com/org_1.\n',
  });
  expect(without).toMatchObject({
    exitCode: EXIT.usage,
    stderr: expect.stringContaining('give --key'),
  });
});

test('stored objects of which one was edited, or is missing, are refused', async () => {
  const edited = await verifyObjects([4, 3, 2], (text) =>
    text.replace('"sequence":6', '"sequence":7'),
  );
  expect(edited).toMatchObject({
    exitCode: EXIT.unexpected,
    stderr: expect.stringContaining('Event 6'),
  });
  expect(await verifyObjects([])).toMatchObject({ exitCode: EXIT.usage });
});
