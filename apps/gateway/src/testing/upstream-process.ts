/** For tests: an upstream in a process of its own, which can be killed and stopped. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [name = '', port = '0'] = process.argv.slice(2);
let status = 200;
/** By their paths, health checks among them. */
const server = createServer((req, res) => {
  res.writeHead(req.url === '/health' ? status : 200, { 'x-upstream': name });
  res.end(name);
});
server.on('upgrade', (_, socket) => {
  socket.on('error', () => undefined).resume();
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nx-upstream: ${name}\r\n\r\n`,
  );
});
process.on('message', (next: number) => {
  status = next;
  process.send?.('set');
});
server.listen(Number(port), '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
