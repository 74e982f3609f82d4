import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';

/** For tests: a new key, and a certificate signed by itself. @param name a host's, or an IP address */
export function makeTls(name: string): NonNullable<Config['tls']> {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const altName = `subjectAltName=${isIP(name) ? 'IP' : 'DNS'}:${name}`;
  const subject = ['-subj', `/CN=${name}`, '-addext', altName, '-days', '2', '-nodes'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  const tls = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return tls;
}
