import { type AddressInfo, createServer, type Socket } from 'node:net';
import { atFileEnd } from './at-file-end.ts';

export interface SmtpServer {
  readonly url: string;
  /** What was taken: the envelope's recipient, and the message as it was sent. */
  readonly mails: { readonly to: string; readonly message: string }[];
  /** Set it to refuse every message from then on, saying what it holds, as some servers do. */
  refuses: boolean;
  /** Set it to say nothing from the greeting on, or once a message was taken. */
  silentFrom?: 'greeting' | 'message';
  /** How many clients have connected. */
  connections: number;
}

/** A mail server on loopback that keeps what it is sent (RFC 5321, the least of it). */
export async function startSmtpServer(): Promise<SmtpServer> {
  const server = createServer((socket) => converse(socket, state));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `smtp://127.0.0.1:${port}`;
  const state: SmtpServer = { url, mails: [], refuses: false, connections: 0 };
  atFileEnd(() => void server.close());
  return state;
}

function converse(socket: Socket, state: SmtpServer): void {
  let unread = '';
  let to = '';
  let isMessage = false;
  const say = (line: string) => socket.write(`${line}\r\n`);
  socket.setEncoding('utf8').on('error', () => undefined);
  socket.on('data', (chunk) => {
    unread += chunk;
    for (;;) {
      const end = isMessage ? '\r\n.\r\n' : '\r\n';
      const at = unread.indexOf(end);
      if (at < 0) return;
      const text = unread.slice(0, at);
      unread = unread.slice(at + end.length);
      if (isMessage) {
        isMessage = false;
        if (state.refuses) say(`554 refused: ${text.replace(/\s+/g, ' ')}`);
        else {
          state.mails.push({ to, message: text });
          if (state.silentFrom !== 'message') say('250 taken');
        }
        continue;
      }
      to = /^RCPT TO:<(.*)>/i.exec(text)?.[1] ?? to;
      isMessage = text.toUpperCase() === 'DATA';
      say(replyTo(text.slice(0, 4).toUpperCase()));
    }
  });
  state.connections += 1;
  if (state.silentFrom !== 'greeting') say('220 ready');
}

function replyTo(command: string): string {
  if (command === 'DATA') return '354 go on';
  return command === 'QUIT' ? '221 bye' : '250 ok';
}
