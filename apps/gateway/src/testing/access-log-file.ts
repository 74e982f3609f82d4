import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessLogConfig } from '../config/config.ts';
import { closeLater } from './close-later.ts';
import { until } from './until.ts';

export interface AccessLogFile {
  readonly accessLog: AccessLogConfig;
  text(): Promise<string>;
  /** Its lines, parsed, once there are so many. */
  lines(count: number): Promise<readonly Record<string, unknown>[]>;
}

/** For tests: an access log in a folder of its own, removed when the test ends. */
export async function makeAccessLogFile(): Promise<AccessLogFile> {
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-access-log-'));
  closeLater(() => rm(folder, { recursive: true }));
  const file = join(folder, 'access.log');
  const text = () => readFile(file, 'utf8');
  return {
    accessLog: { file, sample: 1 },
    text,
    lines: (count) =>
      until(`${count} lines`, async () => {
        const lines = parseLines(await text());
        return lines.length >= count && lines;
      }),
  };
}

/** Throws at anything but whole lines of JSON. */
export function parseLines(text: string): Record<string, unknown>[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('The last line is not whole');
  return lines.map((line) => JSON.parse(line));
}
