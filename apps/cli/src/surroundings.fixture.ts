import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { run } from './run.ts';
import type { Input, Output, Surroundings } from './surroundings.ts';

export interface Given
  extends Partial<Pick<Surroundings, 'fetch' | 'runProgram' | 'sleep' | 'launch'>> {
  readonly env?: Record<string, string>;
  /** What arrives, chunk by chunk: on a terminal each answer comes by itself. */
  readonly stdin?: string | readonly string[];
  readonly terminal?: { readonly columns: number };
}

/** A home folder of its own, removed by `await using`. */
export async function createHome() {
  const homeFolder = await mkdtemp(join(tmpdir(), 'tollkeeper-cli-'));
  return {
    homeFolder,
    [Symbol.asyncDispose]: () => rm(homeFolder, { recursive: true, force: true }),
  };
}

export const NOW = new Date('2026-11-23T08:00:00.000Z');

export function createSurroundings(homeFolder: string, given: Given = {}) {
  const stdout = collector(given.terminal);
  const stderr = collector(given.terminal);
  const stdin: Input = Readable.from([given.stdin ?? []].flat());
  const io: Surroundings = {
    env: given.env ?? {},
    platform: 'linux',
    homeFolder,
    stdin: given.terminal ? Object.assign(stdin, { isTTY: true }) : stdin,
    stdout: stdout.output,
    stderr: stderr.output,
    fetch: given.fetch ?? (() => Promise.reject(new TypeError('fetch failed'))),
    now: () => NOW,
    sleep: given.sleep ?? (() => Promise.resolve()),
    createId: () => 'id-of-this-creation',
    launch: given.launch ?? (() => undefined),
    runProgram: given.runProgram ?? (() => Promise.resolve(0)),
  };
  return { io, stdout: stdout.text, stderr: stderr.text };
}

/** Runs one command and answers all that it left behind. */
export async function runCommand(homeFolder: string, argv: readonly string[], given?: Given) {
  const { io, stdout, stderr } = createSurroundings(homeFolder, given);
  const exitCode = await run(argv, io);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

function collector(terminal: Given['terminal']) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const output: Output = terminal ? Object.assign(stream, { isTTY: true, ...terminal }) : stream;
  return { output, text: () => text };
}
