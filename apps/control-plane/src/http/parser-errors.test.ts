import { connect } from 'node:net';
import { problem } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

const HOST = 'HTTP/1.1\r\nhost: x\r\n';
const JSON_BODY = 'content-type: application/json\r\n';

describe('what Node refuses to parse is refused in problem+json, with the headers of the API', () => {
  it.each([
    ['a request line of noise', '\x16\x03\x01 hello\r\n\r\n', 400, 'malformed_request'],
    ['a method of nobody', `FROB /v1/whoami ${HOST}\r\n`, 400, 'malformed_request'],
    ['another protocol', 'GET /v1/whoami FTP/1.1\r\nhost: x\r\n\r\n', 400, 'malformed_request'],
    ['a space in the address', `GET /v1/who ami ${HOST}\r\n`, 400, 'malformed_request'],
    ['no host', 'GET /v1/whoami HTTP/1.1\r\n\r\n', 400, 'malformed_request'],
    [
      'no host, on the way of verifications',
      'POST /v1/api-keys/verify HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}',
      400,
      'malformed_request',
    ],
    ['a header without a name', `GET /v1/whoami ${HOST}: x\r\n\r\n`, 400, 'malformed_request'],
    ['NUL in a header', `GET /v1/whoami ${HOST}x: \0\r\n\r\n`, 400, 'malformed_request'],
    [
      'a head over its limit',
      `GET /v1/whoami ${HOST}x: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'a length that is no number',
      `POST /v1/setup ${HOST}content-length: ten\r\n\r\n{}`,
      400,
      'malformed_request',
    ],
    [
      'two lengths',
      `POST /v1/setup ${HOST}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`,
      400,
      'malformed_request',
    ],
    [
      'a length beside chunks',
      `POST /v1/setup ${HOST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'malformed_request',
    ],
    [
      'a chunk without a size',
      `POST /v1/setup ${HOST}${JSON_BODY}transfer-encoding: chunked\r\n\r\nzz\r\n`,
      400,
      'malformed_request',
    ],
    [
      'an expectation that nobody meets',
      `POST /v1/setup ${HOST}expect: miracles\r\ncontent-length: 2\r\n\r\n{}`,
      400,
      'malformed_request',
    ],
    ['a tunnel', 'CONNECT x:443 HTTP/1.1\r\nhost: x:443\r\n\r\n', 405, 'method_not_allowed'],
    [
      'an upgrade to nothing',
      `GET /v1/nothing ${HOST}connection: upgrade\r\nupgrade: websocket\r\n\r\n`,
      404,
      'not_found',
    ],
    [
      'an upgrade of the fleet that is no WebSocket',
      `GET /v1/fleet ${HOST}connection: upgrade\r\nupgrade: h2c\r\n\r\n`,
      404,
      'not_found',
    ],
    ['a method of WebDAV', `PROPFIND /v1/whoami ${HOST}\r\n`, 405, 'method_not_allowed'],
    ['TRACE', `TRACE /v1/whoami ${HOST}\r\n`, 405, 'method_not_allowed'],
    ['QUERY', `QUERY /v1/whoami ${HOST}\r\n`, 405, 'method_not_allowed'],
    ['an asterisk', `OPTIONS * ${HOST}\r\n`, 404, 'not_found'],
    ['no address at all', `GET  ${HOST}\r\n`, 400, 'malformed_request'],
    ['an address that is no path', `GET whoami ${HOST}\r\n`, 400, 'malformed_request'],
  ])('%s', async (_what, bytes, status, code) => {
    expectProblem(await answerTo(bytes), status, code);
  });

  it('a request that does not arrive in time', async () => {
    const late = new Promise<string>((resolve) => {
      app.server.server.once('connection', (socket) => {
        const error = Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
        socket.once('data', () => app.server.server.emit('clientError', error, socket));
      });
      void answerTo(`POST /v1/setup ${HOST}${JSON_BODY}content-length: 9\r\n\r\n{`).then(resolve);
    });
    expectProblem(await late, 408, 'request_timeout');
  });
});

it('noise after noise gets no second answer, and ends the connection', async () => {
  const { socket, received, closed } = send('noise\r\n\r\n');
  socket.on('data', () => socket.write('noise\r\n\r\n'));
  await closed;
  expect(received().match(/HTTP\/1\.1/g)).toHaveLength(1);
});

it.each([
  [
    'a connection of the fleet',
    `GET /v1/fleet ${HOST}connection: upgrade\r\nupgrade: websocket\r\n\r\n`,
  ],
  ['a tunnel', `CONNECT x:1 ${HOST}\r\n`],
])(
  '%s, asked for behind a request that has no answer yet, ends that connection alone',
  async (_what, bytes) => {
    const { received, closed } = send(`GET /v1/whoami ${HOST}\r\n${bytes}`);
    await closed;
    expect(received()).not.toMatch(/ (101|404|405) /);
    expect((await fetch(`${app.baseUrl}/v1/whoami`)).status).toBe(401);
  },
);

it('noise is not answered in the place of a request before it, which was whole', async () => {
  const { received, closed } = send(`GET /api/auth/get-session ${HOST}\r\nnoise\r\n\r\n`);
  await closed;
  expect(received()).toBe('');
});

it('an expectation that nobody meets is refused in its turn', async () => {
  const asks = `GET /v1/whoami ${HOST}expect: miracles\r\n\r\n`;
  const { received, closed } = send(`GET /api/auth/get-session ${HOST}\r\n${asks}`);
  await closed;
  const at = received().lastIndexOf('HTTP/1.1 ');
  expect(received().slice(0, at)).toMatch(/^HTTP\/1\.1 200 /);
  expectProblem(received().slice(at), 400, 'malformed_request');
});

/** Sends the bytes on a connection of their own, and leaves its end to the server. */
function send(bytes: string) {
  const socket = connect(Number(new URL(app.baseUrl).port), '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket
    .on('error', () => undefined)
    .on('data', (part) => {
      text += part;
    });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(bytes);
  return { socket, received: () => text, closed };
}

function expectProblem(answer: string, status: number, code: string): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/^content-type: application\/problem\+json/im);
  expect(head).toMatch(/^x-content-type-options: nosniff/im);
  expect(head).toMatch(new RegExp(`^content-length: ${Buffer.byteLength(body)}$`, 'im'));
  const parsed = problem.parse(JSON.parse(body));
  expect(parsed).toMatchObject({ status, code });
  expect(head).toContain(`x-request-id: ${parsed.requestId}`);
}

/** All that the server sends until it, or the end of what we sent, closes the connection. */
function answerTo(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(new URL(app.baseUrl).port), '127.0.0.1');
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
      const [head = '', body] = text.split('\r\n\r\n');
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? Number.NaN);
      if (body !== undefined && Buffer.byteLength(body) >= length) socket.destroy();
    });
    socket.once('close', () => resolve(text)).on('error', () => undefined);
    socket.write(bytes, 'latin1');
  });
}
