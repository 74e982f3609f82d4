import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface PasswordInput extends Readable {
  readonly isTTY?: boolean;
}

/** All of standard input without its last line break; on a terminal, one line that is not shown. */
export async function readPassword(
  stdin: PasswordInput,
  stderr: Pick<Writable, 'write'>,
): Promise<string> {
  if (!stdin.isTTY) return (await text(stdin)).replace(/\r?\n$/, '');
  stderr.write('New password (it is not shown): ');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  try {
    // Ends without a line at Ctrl-D and Ctrl-C.
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
