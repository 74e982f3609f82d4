/** The access log of what is no plain call: upgraded connections, and questions of other proxies. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { hashSecret, removeSecret } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../proxy/call.ts';
import { createConnections } from '../proxy/connections.ts';
import { type AccessLogFile, makeAccessLogFile } from '../testing/access-log-file.ts';
import { makeTls } from '../testing/make-tls.ts';
import { connectRaw } from '../testing/raw-client.ts';
import { startTestGateway, startUpstream } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

const KEY_ID = 'key_00000000000000000001';

let log: AccessLogFile;

beforeEach(async () => {
  log = await makeAccessLogFile();
});

describe.each(['http', 'https'])('an upgraded connection over %s', (scheme) => {
  it('has a line once it has ended, with the bytes that passed on it', async () => {
    const upstream = await startUpstream(() => undefined);
    upstream.server.on('upgrade', (_, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ws\r\n\r\n',
      );
      socket.on('data', (part: Buffer) => socket.write(`echo ${part}`));
      socket.once('end', () => socket.end());
    });
    const tls = scheme === 'https' ? makeTls('a.example') : null;
    const gateway = await startTestGateway(upstream.url, { tls, accessLog: log.accessLog });
    const client = tls
      ? connectTls({ ...gateway.address, rejectUnauthorized: false })
      : (await connectRaw(gateway.address)).socket;
    let received = '';
    client.on('data', (part) => {
      received += part;
    });
    client.on('error', () => undefined);
    const key = gateway.fleet.addKey();
    const head = `GET /ws HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${key}\r\nConnection: Upgrade\r\nUpgrade: ws`;
    client.write(`${head}\r\n\r\nearly`);
    await until('echoed', () => received.includes('echo early'));
    client.write('later');
    await until('echoed', () => received.includes('echo later'));
    expect(await log.text()).toBe('');
    client.end();
    expect(await log.lines(1)).toMatchObject([
      {
        ...{ method: 'GET', path: '/ws', status: 101, code: 'valid', keyId: KEY_ID },
        ...{ bytesIn: 10, bytesOut: 20, completed: true },
      },
    ]);
  });
});

it('says what the client of another proxy asked for', async () => {
  const gateway = await startTestGateway(undefined, {
    accessLog: log.accessLog,
    methodHeader: 'x-forwarded-method',
  });
  const key = { 'x-api-key': gateway.fleet.addKey() };
  await fetch(`${gateway.url}/forward-auth`, {
    headers: { ...key, 'x-forwarded-uri': '/a?b=c', 'x-forwarded-method': 'PUT' },
  });
  await fetch(`${gateway.url}/ext-authz/d?e=f`, { method: 'DELETE', headers: key });
  await fetch(`${gateway.url}/forward-auth`, { headers: { 'x-forwarded-method': 'no method' } });
  expect(await log.lines(3)).toMatchObject([
    { endpoint: 'forward-auth', method: 'PUT', path: '/a', code: 'valid', keyId: KEY_ID },
    { endpoint: 'ext-authz', method: 'DELETE', path: '/d', code: 'valid', keyId: KEY_ID },
    { endpoint: 'forward-auth', method: null, path: null, status: 401, code: 'unauthenticated' },
  ]);
});

it('says why the gateway ended a call: its key was stopped', async () => {
  const upstream = await startUpstream((_, res) => res.write('part'));
  const gateway = await startTestGateway(upstream.url, { accessLog: log.accessLog });
  const secret = gateway.fleet.addKey();
  const client = await connectRaw(gateway.address);
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n`);
  await client.receives('part');
  removeSecret(gateway.fleet.index, hashSecret(secret));
  await client.closes();
  expect(await log.lines(1)).toMatchObject([
    { status: 200, code: 'invalid_key', keyId: KEY_ID, bytesOut: 4, completed: false },
  ]);
});

it('has a line for a call whose connection was closed before it was taken', async () => {
  const ended: Call[] = [];
  const connections = createConnections(
    () => undefined,
    (call) => ended.push(call),
  );
  const req = new IncomingMessage(new Socket());
  const call = { req, res: new ServerResponse(req), onEnd: undefined } as Call;
  connections.use(call, () => undefined);
  // Not before it is decided, which happens in the same turn.
  expect(ended).toEqual([]);
  await until('ended', () => ended.length > 0);
  expect(ended).toEqual([call]);
});
