/** For tests: a gateway with an example of the documentation, before upstreams of the test's own. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandLine } from '../config/command-line.ts';
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/expand-variables.ts';
import { loadConfig } from '../config/load-config.ts';
import { startTestGateway, type TestGateway } from './test-gateway.ts';

const FOLDER = new URL('../../../../docs/examples/gateway/', import.meta.url);

export interface ExampleSetting {
  /** What replaces texts of the example, such as the addresses of its upstreams. */
  readonly replaced: Readonly<Record<string, string>>;
  readonly env?: Environment;
  readonly change?: Partial<Config>;
}

export async function startExample(name: string, setting: ExampleSetting): Promise<TestGateway> {
  const { replaced, env = {}, change = {} } = setting;
  let text = await readFile(new URL(name, FOLDER), 'utf8');
  for (const [from, to] of Object.entries(replaced)) {
    if (!text.includes(from)) throw new Error(`${name} does not contain ${from}`);
    text = text.replaceAll(from, to);
  }
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-example-'));
  const path = join(folder, name);
  await writeFile(path, text);
  const args = ['--config', path, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'];
  const config = await loadConfig(readCommandLine(args, {}), env);
  await rm(folder, { recursive: true });
  return startTestGateway(undefined, { ...config, ...change });
}
