import { readCommandLine } from '../config/command-line.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';

/** Of the command line alone; ports are given out by the system, and nothing waits for long. */
export async function testConfig(upstreamUrl?: string): Promise<Config> {
  const args = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'];
  args.push('--control-plane', 'http://127.0.0.1:9');
  if (upstreamUrl !== undefined) args.push('--upstream', upstreamUrl);
  const config = await loadConfig(readCommandLine(args, {}), {});
  return { ...config, limits: { ...config.limits, drainMs: 200 } };
}
