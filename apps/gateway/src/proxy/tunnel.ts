/** Upgraded connections: after the decision, bytes pass both ways until either end is done. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Head } from '../request/head.ts';
import type { Answer } from './answer.ts';
import { answerHead } from './answer-headers.ts';
import { type Outgoing, openRequest } from './send-by-http.ts';

/** A client's connection that asks to be something else than HTTP. */
export interface Asked {
  readonly socket: Duplex;
  /** What the client sent after the head. */
  readonly rest: Buffer;
}

/** Protocols in which further requests would pass undecided. */
const HTTP_AGAIN = /^(?:h2c?|http|tls)(?:$|\/)/i;

/** Whether the request may be upgraded; else it is answered as if it did not ask. */
export function isUpgradeable(req: IncomingMessage): boolean {
  const { upgrade, 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  if (upgrade === undefined || encoding !== undefined || Number(length ?? 0) !== 0) return false;
  return upgrade.split(',').every((protocol) => !HTTP_AGAIN.test(protocol.trim()));
}

/** Asks the upstream; passes its refusal on like any answer. */
export function sendUpgrade(
  outgoing: Outgoing,
  { upgrade }: Head,
  asked: Asked,
  answer: Answer,
): void {
  const headers = [...outgoing.headers, 'Connection', 'Upgrade', 'Upgrade', upgrade];
  const request = openRequest({ ...outgoing, headers }, answer);
  request.once('upgrade', (response, socket, rest) => {
    if (!answer.handOver()) {
      socket.destroy();
      return;
    }
    asked.socket.write(switchingProtocols(response));
    join(asked, socket, rest, outgoing.timeouts.idleMs);
  });
  request.end();
}

/** Either end takes the other along. */
function join({ socket, rest }: Asked, upstream: Socket, sent: Buffer, idleMs: number): void {
  if (sent.length > 0) socket.write(sent);
  if (rest.length > 0) upstream.write(rest);
  socket.pipe(upstream).pipe(socket);
  const cut = () => {
    socket.destroy();
    upstream.destroy();
  };
  socket.on('error', cut).once('close', cut);
  upstream.on('error', cut).once('close', cut);
  if (idleMs > 0) upstream.setTimeout(idleMs, cut);
}

function switchingProtocols(response: IncomingMessage): string {
  const { headers } = answerHead(response.rawHeaders, false);
  const lines = [`HTTP/1.1 101 ${response.statusMessage ?? 'Switching Protocols'}`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  lines.push('Connection: Upgrade', `Upgrade: ${response.headers.upgrade ?? ''}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
