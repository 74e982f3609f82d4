import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkAnswersOf, throwAnswerFaults } from './answer-faults.ts';

/** Declared is `{ open }` alone. */
const RIGHT = JSON.stringify({ open: true });
const WRONG = JSON.stringify({ open: true, hash: 'secret' });
const JSON_TYPE = { 'content-type': 'application/json' };

const WAYS: readonly (readonly [string, (body: string) => RequestListener])[] = [
  [
    'by headers of their own',
    (body) => (_request, response) => {
      response.setHeader('content-type', JSON_TYPE['content-type']);
      response.end(body);
    },
  ],
  ['with the head', (body) => (_request, response) => response.writeHead(200, JSON_TYPE).end(body)],
  [
    'in parts',
    (body) => (_request, response) => {
      response.writeHead(200, JSON_TYPE).write(body.slice(0, 5));
      response.write(Buffer.from(body.slice(5)));
      response.end();
    },
  ],
];

async function serve(listener: RequestListener, basePath = ''): Promise<number> {
  const server = createServer(listener);
  checkAnswersOf(server, basePath);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** No client of ours: bytes on a socket. */
function ask(port: number, path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  return text(socket);
}

describe.each(WAYS)('an answer that is sent %s', (_what, listener) => {
  it('fails the test that asked for it where the document does not declare it, once', async () => {
    const port = await serve(listener(WRONG));
    expect(await ask(port, '/v1/setup')).toContain('200 OK');
    expect(throwAnswerFaults).toThrow('does not declare this answer to GET /v1/setup');
    expect(throwAnswerFaults).not.toThrow();
  });

  it('passes where the document declares it', async () => {
    await ask(await serve(listener(RIGHT)), '/v1/setup');
    expect(throwAnswerFaults).not.toThrow();
  });
});

it('finds the operation below a base path, and leaves other addresses alone', async () => {
  const port = await serve((_request, response) => response.end(WRONG), '/keys');
  await ask(port, '/keys/v1/setup?x=1');
  expect(throwAnswerFaults).toThrow('GET /v1/setup');
  await ask(port, '/keys/api/auth/get-session');
  expect(throwAnswerFaults).not.toThrow();
});
