/**
 * For tests: an upstream in a process of its own, for clients that are slow. It tells its parent how
 * many of its large answers were cut, whenever it is asked.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const PART = Buffer.alloc(64 * 1024);
let cuts = 0;
const server = createServer((req, res) => {
  req.on('error', () => undefined).resume();
  if (req.method === 'POST') return;
  if (req.url !== '/large') return void res.end('some');
  const write = () => {
    while (res.write(PART));
  };
  res.on('drain', write).once('close', () => cuts++);
  write();
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const { port } = server.address() as AddressInfo;
  const tell = () => process.send?.({ url: `http://127.0.0.1:${port}`, cuts });
  process.on('message', tell);
  tell();
});
