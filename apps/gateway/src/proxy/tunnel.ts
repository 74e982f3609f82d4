/** Upgraded connections: after the decision, bytes pass both ways until either end is done. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { CallRecord } from '../access-log/call-record.ts';
import type { Head } from '../request/head.ts';
import type { Answer } from './answer.ts';
import type { Repeatable } from './send.ts';
import { headersWithoutBody, type Outgoing, openRequest } from './send-by-http.ts';

/** A client's connection that asks to be something else than HTTP. */
export interface UpgradeRequest {
  readonly socket: Socket;
  /** Bytes that had come on it up to the end of the head. */
  readonly readBefore: number;
  /** Stops the watch, and gives what the client has sent after the head. */
  take(): Buffer[];
}

/** Bytes that a client may send before it is answered. */
const EARLY_BYTES_MAX = 64 * 1024;

/** Watches the connection until the upstream has answered: only who reads it learns that it ends. */
export function watchUpgrade(socket: Socket, rest: Buffer): UpgradeRequest {
  const early = [rest];
  let bytes = rest.length;
  const keep = (part: Buffer) => {
    early.push(part);
    bytes += part.length;
    if (bytes > EARLY_BYTES_MAX) socket.pause();
  };
  const leave = () => socket.destroy();
  socket.on('data', keep).once('end', leave);
  return {
    socket,
    readBefore: socket.bytesRead - rest.length,
    take() {
      socket.off('data', keep).off('end', leave).pause();
      return early.filter((part) => part.length > 0);
    },
  };
}

/** Protocols in which further requests would pass undecided, in every draft of them. */
const HTTP_AGAIN = /^(?:h2|http|spdy|tls)/i;
/** RFC 9110, 7.8: what is written otherwise may be read as one of those. */
const PROTOCOL = /^[\w!#$%&'*+\-.^`|~]+(?:\/[\w!#$%&'*+\-.^`|~]+)?$/;

/** Whether the request may be upgraded; else it is answered as if it did not ask. */
export function isUpgradeable(req: IncomingMessage): boolean {
  const { upgrade, 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  if (upgrade === undefined || encoding !== undefined || Number(length ?? 0) !== 0) return false;
  if (req.httpVersionMinor === 0) return false;
  return upgrade
    .split(',')
    .map((protocol) => protocol.trim())
    .every((protocol) => PROTOCOL.test(protocol) && !HTTP_AGAIN.test(protocol));
}

interface UpgradeWatch {
  /** Undefined without an access log. */
  readonly record: CallRecord | undefined;
  /** Undefined where no other upstream may see the request. */
  readonly repeatable: Repeatable | undefined;
}

/** Asks the upstream; passes its denial on like any answer. */
export function sendUpgrade(
  outgoing: Outgoing,
  head: Head,
  upgrade: UpgradeRequest,
  answer: Answer,
  { record, repeatable }: UpgradeWatch,
): void {
  const asked = ['Connection', 'Upgrade', 'Upgrade', head.upgrade];
  const headers = [...headersWithoutBody(outgoing, head), ...asked];
  const request = openRequest({ ...outgoing, headers }, answer, (error) => {
    const isAnswered = (request.socket?.bytesRead ?? 0) > 0;
    if (isAnswered || !repeatable?.sendAgain(error)) answer.fail(error);
  });
  request.once('upgrade', (response, socket, rest) => {
    try {
      const lines = switchingProtocols(response, answer);
      if (!answer.handOver()) {
        socket.destroy();
        return;
      }
      upgrade.socket.write(lines, 'latin1');
      if (record) recordTunnel(record, upgrade);
      join(upgrade, socket, rest, outgoing.timeouts.idleMs);
    } catch (cause) {
      socket.destroy();
      answer.fail(new Error('The upgrade cannot be passed on', { cause }));
      upgrade.socket.destroySoon();
    }
  });
  request.end();
}

function recordTunnel(record: CallRecord, { socket, readBefore }: UpgradeRequest): void {
  record.tunnel = { socket, readBefore, writtenBefore: socket.bytesWritten };
}

/** Whichever ends first takes the other along, once that has what was sent to it. */
function join(upgrade: UpgradeRequest, upstream: Socket, sent: Buffer, idleMs: number): void {
  const { socket } = upgrade;
  if (sent.length > 0) socket.write(sent);
  for (const part of upgrade.take()) upstream.write(part);
  socket.pipe(upstream).pipe(socket);
  const cut = () => {
    socket.destroy();
    upstream.destroy();
  };
  socket
    .on('error', cut)
    .once('close', cut)
    .once('end', () => upstream.destroySoon());
  upstream
    .on('error', cut)
    .once('close', cut)
    .once('end', () => socket.destroySoon());
  if (idleMs > 0) upstream.setTimeout(idleMs, cut);
}

function switchingProtocols(response: IncomingMessage, answer: Answer): string {
  const { headers } = answer.headOf(101, response.rawHeaders, false);
  const lines = [`HTTP/1.1 101 ${response.statusMessage ?? 'Switching Protocols'}`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  lines.push('Connection: Upgrade', `Upgrade: ${response.headers.upgrade ?? ''}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
