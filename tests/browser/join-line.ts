import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { answersOk, makeFolder, startProgram, untilReady } from '../processes/child-process.ts';

const BIN = fileURLToPath(new URL('../../apps/cli/bin/tollkeeper.mjs', import.meta.url));
/** What the line names for people to replace. */
const UPSTREAM_OF_THE_LINE = 'http://127.0.0.1:3000';

/**
 * Runs the copied line before that upstream, until the test ends. A shell reads the line, so that
 * it has to be right as it stands; what follows are options that keep tests apart.
 * @returns where the gateway serves
 */
export async function runJoinLine(line: string, upstream: string, name: string): Promise<string> {
  if (!line.endsWith(` ${UPSTREAM_OF_THE_LINE}`)) throw new Error(`No upstream: ${line}`);
  const [port, adminPort] = [await freePort(), await freePort()];
  const options = `--listen 127.0.0.1:${port} --admin 127.0.0.1:${adminPort} --state-dir ${await makeFolder()} --name ${name}`;
  const folder = await makeFolder();
  const npx = `#!/bin/sh\nshift\nexec '${process.execPath}' '${BIN}' "$@"\n`;
  await writeFile(join(folder, 'npx'), npx, { mode: 0o755 });
  const script = `exec env ${line.replace(UPSTREAM_OF_THE_LINE, upstream)} ${options}`;
  const PATH = `${folder}:${process.env.PATH ?? ''}`;
  const running = startProgram('/bin/sh', ['-c', script], { PATH });
  onTestFinished(async () => void (await running.stop()));
  await untilReady(running, () => answersOk(`http://127.0.0.1:${adminPort}/readyz`));
  return `http://127.0.0.1:${port}`;
}
