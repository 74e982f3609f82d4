import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { CliContext, Input, Output } from '../cli-context.ts';
import { run } from '../run.ts';

export interface Given
  extends Partial<Pick<CliContext, 'fetch' | 'runProgram' | 'sleep' | 'openLink' | 'platform'>> {
  readonly env?: Record<string, string>;
  /** What standard input holds; on a terminal, the answer to each question. */
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

export function createCliContext(homeFolder: string, given: Given = {}) {
  const answers = [given.stdin ?? []].flat();
  const person = given.terminal ? createPerson(answers) : undefined;
  const stdin: Input = person?.stdin ?? Readable.from(answers);
  const stdout = collector(given.terminal);
  const stderr = collector(given.terminal, person?.read);
  const ctx: CliContext = {
    env: given.env ?? {},
    platform: given.platform ?? 'linux',
    homeFolder,
    stdin,
    stdout: stdout.output,
    stderr: stderr.output,
    fetch: given.fetch ?? (() => Promise.reject(new TypeError('fetch failed'))),
    now: () => NOW,
    sleep: given.sleep ?? (() => Promise.resolve()),
    createId: () => 'id-of-this-creation',
    openLink: given.openLink ?? (() => Promise.resolve()),
    runProgram: given.runProgram ?? (() => Promise.resolve(0)),
  };
  return { ctx, stdout: stdout.text, stderr: stderr.text };
}

/** Runs one command and answers all that it left behind. */
export async function runCommand(homeFolder: string, argv: readonly string[], given?: Given) {
  const { ctx, stdout, stderr } = createCliContext(homeFolder, given);
  const exitCode = await run(argv, ctx);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

/** Types the next answer once a question is shown, and closes the input when there is none left. */
function createPerson(answers: readonly string[]) {
  const left = [...answers];
  const stdin = Object.assign(new Readable({ read: () => undefined }), { isTTY: true });
  let isAsked = false;
  return {
    stdin,
    /** Everything that the screen shows. A question places the cursor; its end shows it again. */
    read(text: string): void {
      const wasAsked = isAsked;
      if (text.includes('\u001b[')) isAsked = !text.endsWith('\u001b[?25h');
      if (isAsked && !wasAsked) setImmediate(() => stdin.push(left.shift() ?? null));
    },
  };
}

function collector(terminal: Given['terminal'], read?: (text: string) => void) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      read?.(String(chunk));
      done();
    },
  });
  // As the streams of a process, which no pipe ends.
  stream.end = () => stream;
  const output: Output = terminal ? Object.assign(stream, { isTTY: true, ...terminal }) : stream;
  return { output, text: () => text };
}
