import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRaw, exchange } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  type Upstream,
} from '../testing/test-gateway.ts';

let upstream: Upstream;
let gateway: TestGateway;
let seen: string[];
let secret: string;

beforeEach(async () => {
  seen = [];
  upstream = await startUpstream((req, res) => {
    seen.push(`${req.method} ${req.url}`);
    req.resume().once('end', () => res.end('from upstream'));
  });
  gateway = await startTestGateway(upstream.url);
  secret = gateway.fleet.addKey();
});

const BODY = 'X\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

/** What follows the line of the request, which has a good key. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  'Content-Length before Transfer-Encoding': `Host: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${BODY}`,
  'Transfer-Encoding before Content-Length': `Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${BODY}`,
  'several Content-Length': `Host: a\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\n${BODY}`,
  'the same Content-Length twice': 'Host: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx',
  'a list as Content-Length': 'Host: a\r\nContent-Length: 1, 1\r\n\r\nx',
  'a sign in Content-Length': 'Host: a\r\nContent-Length: +1\r\n\r\nx',
  'a space before the colon': 'Host: a\r\nContent-Length : 1\r\n\r\nx',
  'a bare LF after a header': 'Host: a\nX-A: b\r\n\r\n',
  'a bare CR after a header': 'Host: a\rX-A: b\r\n\r\n',
  'a bare CR in a value': 'Host: a\r\nX-A: b\rc\r\n\r\n',
  'a bare LF at the end of the head': 'Host: a\r\n\n',
  'a folded line': 'Host: a\r\nX-A: b\r\n c\r\n\r\n',
  'a folded Transfer-Encoding': `Host: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n${BODY}`,
  'a null byte in a value': 'Host: a\r\nX-A: b\0c\r\n\r\n',
  'an empty name': 'Host: a\r\n: b\r\n\r\n',
  'several Host': 'Host: a\r\nHost: b\r\n\r\n',
  'the same Host twice': 'Host: a\r\nHost: a\r\n\r\n',
  'no Host': '\r\n',
  'an empty Host': 'Host:\r\n\r\n',
  'a Host with a path': 'Host: a/b\r\n\r\n',
  'a Host with a user': 'Host: x@a\r\n\r\n',
  'a list as Host': 'Host: a, b\r\n\r\n',
  'Transfer-Encoding gzip': 'Host: a\r\nTransfer-Encoding: gzip\r\n\r\n',
  'Transfer-Encoding gzip, chunked': `Host: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n${BODY}`,
  'Transfer-Encoding chunked twice': `Host: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n${BODY}`,
  'two Transfer-Encoding': `Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${BODY}`,
  'Transfer-Encoding identity': `Host: a\r\nTransfer-Encoding: identity\r\nContent-Length: 4\r\n\r\n${BODY}`,
  'a control character before chunked': `Host: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n${BODY}`,
  'Connection that names Content-Length': `Host: a\r\nContent-Length: 4\r\nConnection: content-length\r\n\r\n${BODY}`,
  'Connection that names Transfer-Encoding': `Host: a\r\nTransfer-Encoding: chunked\r\nConnection: close, Transfer-Encoding\r\n\r\n0\r\n\r\n`,
  'an expectation that nobody knows': 'Host: a\r\nExpect: miracles\r\n\r\n',
};

describe('ambiguous framing is refused, and the upstream sees nothing', () => {
  it.each(Object.entries(AMBIGUOUS))('%s', async (_, head) => {
    const bytes = `POST /first HTTP/1.1\r\nX-Api-Key: ${secret}\r\n${head}`;
    const text = await exchange(gateway.address, bytes);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"code":"malformed_request"');
    expect(text.match(/^HTTP\/1\.1 \d/gm)).toHaveLength(1);
    expect([seen, upstream.connections()]).toEqual([[], 0]);
  });

  it.each([
    'GET / HTTP/1.0\r\nTransfer-Encoding: chunked',
    'GET / HTTP/1.2',
    'GET / HTTP/2.0',
    'GET /a b HTTP/1.1',
    'GET\t/ HTTP/1.1',
    'GET /\x80 HTTP/1.1',
    'GET /#fragment HTTP/1.1',
    'GET /a\\b HTTP/1.1',
    'GET http://a\\b?x HTTP/1.1',
    'GET /?a#b HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'GET http://other/ HTTP/1.1',
    'GET http://user@a/ HTTP/1.1',
    'GET a:80 HTTP/1.1',
    'GET ftp://a/ HTTP/1.1',
  ])('%j', async (line) => {
    const bytes = `${line}\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n0\r\n\r\n`;
    expect(await exchange(gateway.address, bytes)).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toEqual([]);
  });

  it.each(['CONNECT a:80', 'TRACE /'])('%s opens nothing and shows nothing', async (line) => {
    const bytes = `${line} HTTP/1.1\r\nHost: a:80\r\nX-Api-Key: ${secret}\r\n\r\n`;
    const text = await exchange(gateway.address, bytes);
    expect(text).toMatch(/^HTTP\/1\.1 405 .*"code":"method_not_allowed"/s);
    expect(seen).toEqual([]);
  });
});

it.each(['PURGE2', 'get', 'X-RUN'])('says that it does not know the method %s', async (method) => {
  const head = `Host: a\r\nX-Api-Key: ${secret}\r\n\r\n`;
  const text = await exchange(gateway.address, `${method} / HTTP/1.1\r\n${head}`);
  expect(text).toMatch(/^HTTP\/1\.1 405 .*"code":"method_not_allowed"/s);
  expect(text).toContain(`does not know the method \\"${method}\\"`);
  expect(text).toMatch(/Connection: close/i);
});

it.each(['GET', '\x16\x03\x01', 'P{} / HTTP/1.1', 'GET2 / SMTP'])(
  'takes %j for no method',
  async (line) => {
    const text = await exchange(gateway.address, `${line}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 400 .*"code":"malformed_request"/s);
  },
);

it('passes a query on with backslashes, as the client wrote it', async () => {
  const bytes = `GET /a?path=C:\\temp HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n`;
  expect(await exchange(gateway.address, bytes)).toMatch(/^HTTP\/1\.1 200 /);
  expect(seen).toEqual(['GET /a?path=C:\\temp']);
});

it('takes an absolute address that agrees with Host', async () => {
  const bytes = `GET http://A:80?x=1 HTTP/1.1\r\nHost: a:80\r\nX-Api-Key: ${secret}\r\n\r\n`;
  expect(await exchange(gateway.address, bytes)).toMatch(/^HTTP\/1\.1 200 /);
  expect(seen).toEqual(['GET /?x=1']);
});

it('takes nothing more from a connection on which requests cannot be distinguished', async () => {
  const client = await connectRaw(gateway.address);
  const next = `GET /next HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n`;
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${next}`);
  expect(await client.closes()).not.toContain('from upstream');
});

it('never lets the rest of a broken body become a request', async () => {
  const client = await connectRaw(gateway.address);
  client.send(
    `POST / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n`,
  );
  expect(await client.closes()).not.toContain('200');
  expect(seen).not.toContain('GET /smuggled');
});

it('answers requests that were sent at once, in their order', async () => {
  const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n`;
  const client = await connectRaw(gateway.address);
  client.send(`${one('/1')}${one('/2')}${one('/3')}`);
  await client.receives(/(from upstream.*){3}/s);
  expect(seen.toSorted()).toEqual(['GET /1', 'GET /2', 'GET /3']);
  client.socket.destroy();
});

afterEach(() => {
  expect(gateway.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
