/** For tests: real proxies, by the paths that the suite found, else where Debian installs them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../config/address.ts';
import { closeLater } from './close-later.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const NGINX = process.env.NGINX_PATH ?? '/usr/sbin/nginx';
const CADDY = process.env.CADDY_PATH ?? '/usr/bin/caddy';
const HAPROXY = process.env.HAPROXY_PATH ?? '/usr/sbin/haproxy';

/** @param http contents of the http block, given the port that it should listen on */
export async function startNginx(http: (port: number) => string): Promise<Address> {
  return start('nginx', NGINX, (folder, port) => {
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const config = [
      ...['daemon off;', 'master_process off;', `pid ${folder}/pid;`, 'error_log stderr crit;'],
      ...['events {}', 'http {', 'access_log off;'],
      ...places.map((each) => `${each}_temp_path ${folder}/${each};`),
      ...[http(port), '}'],
    ].join('\n');
    return { config, args: ['-e', 'stderr', '-p', folder, '-c', 'config'] };
  });
}

/** @param sites of the Caddyfile, by the port that one should listen on */
export async function startCaddy(sites: (port: number) => string): Promise<Address> {
  return start('caddy', CADDY, (_, port) => ({
    config: `{\n\tadmin off\n\tauto_https off\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n${sites(port)}`,
    args: ['run', '--adapter', 'caddyfile', '--config', 'config'],
  }));
}

/** @param config the whole file, by the port that it should listen on */
export async function startHaproxy(config: (port: number) => string): Promise<Address> {
  return start('haproxy', HAPROXY, (_, port) => ({
    config: `${config(port)}\n`,
    args: ['-db', '-f', 'config'],
  }));
}

interface Setup {
  readonly config: string;
  readonly args: readonly string[];
}

const ATTEMPTS = 3;

/** Ends with the test. Another process may take the port before the proxy does: then it tries the next one. */
async function start(...given: Parameters<typeof startOnce>): Promise<Address> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
    const address = await startOnce(...given).catch(() => undefined);
    if (address) return address;
  }
  return startOnce(...given);
}

async function startOnce(
  name: string,
  command: string,
  setUp: (folder: string, port: number) => Setup,
): Promise<Address> {
  const folder = await mkdtemp(join(tmpdir(), `tollkeeper-${name}-`));
  const port = await freePort();
  const { config, args } = setUp(folder, port);
  await writeFile(join(folder, 'config'), config);
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const ended = endOf(child);
  closeLater(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
  });
  const failed = ended.then((reason) => {
    const variable = `${name.toUpperCase()}_PATH`;
    throw new Error(
      `"${command}" ended: ${reason}. Install ${name}, or name one in ${variable}. ${said}`,
    );
  });
  const url = `http://127.0.0.1:${port}`;
  const isUp = async () => (await fetch(url).catch(() => undefined)) !== undefined;
  await Promise.race([until(`${name} answers`, isUp), failed]);
  failed.catch(() => undefined);
  return { host: '127.0.0.1', port };
}

function endOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    child.once('error', resolve).once('exit', (code, signal) => resolve(code ?? signal));
  });
}
