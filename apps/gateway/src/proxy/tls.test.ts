import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { expect, it } from 'vitest';
import type { Config } from '../config/config.ts';
import {
  closeLater,
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

async function makeTls(name: string): Promise<NonNullable<Config['tls']>> {
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-tls-'));
  closeLater(() => rm(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', `/CN=${name}`, '-days', '2', '-nodes'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

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
  const gateway = await startTestGateway(upstream.url, { tls: await makeTls('before.example') });
  expect(await ask(gateway)).toBe('https');
  expect((await certificateOf(gateway)).subject.CN).toBe('before.example');

  gateway.reload({ ...(await testConfig(upstream.url)), tls: await makeTls('after.example') });

  expect((await certificateOf(gateway)).subject.CN).toBe('after.example');
  expect(await ask(gateway)).toBe('https');
});

it('survives those who speak no TLS, and counts who is connected', async () => {
  const gateway = await startTestGateway('http://127.0.0.1:9', { tls: await makeTls('a.example') });
  const answer = fetch(gateway.url.replace('https:', 'http:'));
  await expect(answer).rejects.toThrow();
  const socket = connect({ ...gateway.address, rejectUnauthorized: false });
  const isCounted = async () =>
    (await (await fetch(`${gateway.adminUrl}/metrics`)).text()).includes('_connections 1\n');
  await until('connected', isCounted);
  socket.destroy();
});
