/**
 * For tests: a process with slow and greedy clients of a gateway, as many of each kind, most of which
 * come again when they are cut. It tells its parent how often each kind was, whenever it is asked.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

interface Kind {
  readonly name: string;
  /** What is sent at once. */
  readonly head: string;
  /** What is sent again and again. */
  readonly drip: string;
  readonly reads: boolean;
  /** How often one of them was cut. */
  cuts: number;
}

const [host = '', port = '', count = '0', everyMs = '0', secret = ''] = process.argv.slice(2);
const key = `Host: a\r\nX-Api-Key: ${secret}\r\n`;
const body = 'Content-Length: 9999999\r\n\r\n';
const kind = (name: string, head: string, drip: string, reads = true): Kind => ({
  ...{ name, head, drip, reads, cuts: 0 },
});
const KINDS = [
  kind('silent', '', ''),
  kind('empty lines', '', '\r\n'),
  kind('slow head', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: ', 'a'),
  kind('slow body without a key', `POST / HTTP/1.1\r\nHost: a\r\n${body}`, 'a'),
  kind('refused, then empty lines', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', '\r\n'),
  kind('slow body with a key', `POST / HTTP/1.1\r\n${key}${body}`, 'a'),
  kind('reads nothing', `GET /large HTTP/1.1\r\n${key}\r\n`, '', false),
];

const sockets = new Map<Socket, string>();
function open(each: Kind): void {
  const socket = connect(Number(port), host);
  sockets.set(socket, each.drip);
  socket.on('error', () => undefined).write(each.head, 'latin1');
  if (each.reads) socket.resume();
  else socket.pause();
  socket.once('close', () => {
    each.cuts++;
    sockets.delete(socket);
    // What it does not read has filled the machine's buffers, which takes more than to be slow.
    if (each.reads) setTimeout(open, Number(everyMs), each);
  });
}

/** The drip goes out in parts, so that none of it comes in a burst. */
const STEPS = 20;
let step = 0;
setInterval(() => {
  step++;
  let at = 0;
  for (const [socket, drip] of sockets) {
    if (at++ % STEPS === step % STEPS && drip !== '' && socket.writable) socket.write(drip);
  }
}, Number(everyMs) / STEPS);

const tell = () =>
  process.send?.({
    connected: [...sockets.keys()].filter(({ readyState }) => readyState === 'open').length,
    cuts: Object.fromEntries(KINDS.map(({ name, cuts }) => [name, cuts])),
  });
process.on('message', tell);
for (let i = 0; i < Number(count); i++) {
  const each = KINDS[i % KINDS.length];
  if (each) open(each);
  // Not more at once than a listening socket takes.
  if (i % 100 === 99) await delay(20);
}
tell();
