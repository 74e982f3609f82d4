import { request } from 'node:https';
import { connect, type PeerCertificate } from 'node:tls';
import { expect, it } from 'vitest';
import { makeTls } from '../testing/make-tls.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

function ask({ address, fleet }: TestGateway): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { ...address, rejectUnauthorized: false, agent: false as const };
    const headers = { 'x-api-key': fleet.addKey() };
    request({ ...options, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      res.once('end', () => resolve(text));
    })
      .once('error', reject)
      .end();
  });
}

function certificateOf({ address }: TestGateway): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    }).once('error', reject);
  });
}

it('serves over TLS, says so to the upstream, and takes a new certificate without a restart', async () => {
  const upstream = await startUpstream((req, res) =>
    res.end(String(req.headers['x-forwarded-proto'])),
  );
  const gateway = await startTestGateway(upstream.url, { tls: makeTls('before.example') });
  expect(await ask(gateway)).toBe('https');
  expect((await certificateOf(gateway)).subject.CN).toBe('before.example');

  gateway.reload({ ...(await testConfig(upstream.url)), tls: makeTls('after.example') });

  expect((await certificateOf(gateway)).subject.CN).toBe('after.example');
  expect(await ask(gateway)).toBe('https');
});

it('cuts an answer to HTTP/1.0 that breaks off, and goes on', async () => {
  const upstream = await startUpstream((req, res) => {
    if (req.url === '/') res.end('whole');
    else res.write('some', () => res.destroy());
  });
  const gateway = await startTestGateway(upstream.url, { tls: makeTls('a.example') });
  const socket = connect({ ...gateway.address, rejectUnauthorized: false });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).resume();
  socket.write(`GET /broken HTTP/1.0\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`);
  await closed;
  expect(await ask(gateway)).toBe('whole');
});

it('survives those who speak no TLS, and counts who is connected', async () => {
  const gateway = await startTestGateway('http://127.0.0.1:9', { tls: makeTls('a.example') });
  const answer = fetch(gateway.url.replace('https:', 'http:'));
  await expect(answer).rejects.toThrow();
  const socket = connect({ ...gateway.address, rejectUnauthorized: false });
  const isCounted = async () =>
    (await (await fetch(`${gateway.adminUrl}/metrics`)).text()).includes('_connections 1\n');
  await until('connected', isCounted);
  socket.destroy();
});
