import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import type { Surroundings } from './surroundings.ts';
import { visibleText } from './text/visible-text.ts';

type Terminal = Pick<Surroundings, 'stdin' | 'stderr'>;

/** Asks on the terminal, on standard error so that standard output stays the command's result. */
export function ask(io: Terminal, question: string): Promise<string> {
  return readAnswer(io, question, true);
}

/** Asks without showing what is typed. */
export function askHidden(io: Terminal, question: string): Promise<string> {
  return readAnswer(io, question, false);
}

/** All of standard input without its last line break: how a script hands over a secret. */
export async function readSecret(io: Terminal, question: string): Promise<string> {
  if (io.stdin.isTTY) return askHidden(io, question);
  return (await text(io.stdin)).replace(/\r?\n$/, '');
}

function readAnswer(io: Terminal, question: string, echo: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({
      input: io.stdin,
      output: screenOf(io, echo),
      terminal: io.stdin.isTTY === true,
      historySize: 0,
    });
    const prompt = visibleText(question);
    if (echo) lines.setPrompt(prompt);
    else io.stderr.write(prompt);
    // A promise keeps its first outcome, so the 'close' that follows an answer changes nothing.
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('SIGINT', () => {
      reject(new Failure(EXIT.interrupted, 'Interrupted.'));
      lines.close();
    });
    lines.once('close', () => {
      if (!echo) io.stderr.write('\n');
      reject(new Failure(EXIT.interrupted, 'No answer given.'));
    });
    if (echo) lines.prompt();
  });
}

/** Where readline echoes what is typed: standard error, or nowhere. */
function screenOf({ stderr }: Terminal, echo: boolean): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      if (echo) stderr.write(chunk);
      done();
    },
  });
}
