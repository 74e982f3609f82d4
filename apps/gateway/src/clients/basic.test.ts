/** Clients that know passwords only: git, and npm as one of the package managers. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { type GitUpstream, startGitUpstream } from '../testing/git-upstream.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

const run = promisify(execFile);

async function startBasic(upstreamUrl: string): Promise<TestGateway> {
  const { routes } = await testConfig(upstreamUrl);
  const change = { routes: routes.map((each) => ({ ...each, credentials: ['basic'] })) };
  return startTestGateway(upstreamUrl, change);
}

function git(upstream: GitUpstream, ...args: string[]) {
  return run('git', args, gitOptions(upstream));
}

function gitOptions({ folder }: Pick<GitUpstream, 'folder'>) {
  const person = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a' };
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder, GIT_COMMITTER_EMAIL: 'a@b', ...person },
    ...{ GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' },
  };
  return { cwd: folder, env };
}

it.each([
  ['as the password', (key: string) => `git:${key}`],
  ['as the user', (key: string) => `${key}:x-oauth-basic`],
  ['as the user, without a password', (key: string) => `${key}:`],
])('git clones and pushes with the key %s, once it is asked for one', async (_, credential) => {
  const upstream = await startGitUpstream();
  const gateway = await startBasic(upstream.url);
  const url = new URL('/repo.git', gateway.url);
  const [user = '', password = ''] = credential(gateway.fleet.addKey()).split(':');
  Object.assign(url, { username: user, password });
  await git(upstream, 'clone', '--quiet', url.href, 'one');
  await git(upstream, '-C', 'one', 'commit', '--quiet', '--allow-empty', '-m', 'first');
  await git(upstream, '-C', 'one', 'push', '--quiet', 'origin', 'HEAD:main');
  await git(upstream, 'clone', '--quiet', '--branch', 'main', url.href, 'two');
  const { stdout } = await git(upstream, '-C', 'two', 'log', '--format=%s');
  expect(stdout).toBe('first\n');
  expect(upstream.heads.length).toBeGreaterThan(3);
  for (const head of upstream.heads) expect(head).not.toMatch(/^authorization$/im);
});

it('git shows that a key is refused', async () => {
  const upstream = await startGitUpstream();
  const gateway = await startBasic(upstream.url);
  const url = new URL('/repo.git', gateway.url);
  url.password = gateway.fleet.addKey({ status: 'revoked' });
  url.username = 'git';
  await expect(git(upstream, 'clone', url.href, 'one')).rejects.toThrow(/Authentication failed/);
  expect(upstream.heads).toEqual([]);
});

it('git leaves in the middle of a clone, and the server learns of it', async () => {
  let left = 0;
  const upstream = await startUpstream((_, res) => {
    res.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
    res.write('001e# service=git-upload-pack\n0000');
    res.once('close', () => left++);
  });
  const gateway = await startBasic(upstream.url);
  const { folder } = await startGitUpstream();
  const url = new URL('/repo.git', gateway.url);
  Object.assign(url, { username: 'git', password: gateway.fleet.addKey() });
  const options = { ...gitOptions({ folder }), detached: true, stdio: 'ignore' } as const;
  const cloning = spawn('git', ['clone', url.href, 'one'], options);
  await until('the clone has begun', () => gateway.fleet.counted.length === 1);
  const ended = once(cloning, 'exit');
  // As Ctrl+C does: git has a process of its own for the connection.
  process.kill(-(cloning.pid ?? Number.NaN), 'SIGINT');
  await ended;
  await until('the server knows', () => left === 1);
});

describe('npm, with the key as the password of its registry', () => {
  let heads: string[];
  let left: number;
  let gateway: TestGateway;
  let folder: string;

  beforeEach(async () => {
    heads = [];
    left = 0;
    ({ folder } = await startGitUpstream());
    const packed = packThing(folder);
    const upstream = await startUpstream((req, res) => {
      heads.push(req.rawHeaders.join('\n'));
      if (req.url === '/endless') {
        res.write('{');
        res.once('close', () => left++);
      } else if (req.url === '/thing') {
        const tarball = `http://${req.headers['x-forwarded-host']}/thing.tgz`;
        const versions = { '1.2.3': { name: 'thing', version: '1.2.3', dist: { tarball } } };
        res.setHeader('content-type', 'application/json');
        res.end(JSON.stringify({ name: 'thing', 'dist-tags': { latest: '1.2.3' }, versions }));
      } else createReadStream(packed).pipe(res);
    });
    gateway = await startBasic(upstream.url);
  });

  function npm(key: string, ...args: string[]) {
    const host = gateway.url.replace('http:', '');
    const auth = Buffer.from(`any:${key}`).toString('base64');
    const file = join(folder, '.npmrc');
    writeFileSync(file, `registry=${gateway.url}/\n${host}/:_auth=${auth}\n`);
    const options = ['--userconfig', file, '--fetch-retries=0'];
    const env = { PATH: process.env.PATH, HOME: folder, npm_config_update_notifier: 'false' };
    return run('npm', [...args, ...options], { cwd: folder, env });
  }

  it('reads what there is, and downloads a package', async () => {
    const { stdout } = await npm(gateway.fleet.addKey(), 'pack', 'thing', '--silent');
    expect(stdout).toBe('thing-1.2.3.tgz\n');
    expect(heads.length).toBeGreaterThan(1);
    for (const head of heads) expect(head).not.toMatch(/^authorization$/im);
  });

  it('shows that the key is refused', async () => {
    const refused = npm(gateway.fleet.addKey({ status: 'revoked' }), 'view', 'thing');
    await expect(refused).rejects.toThrow(/E401/);
    expect(heads).toEqual([]);
  });

  it('leaves in the middle of an answer, and the registry learns of it', async () => {
    const reading = npm(gateway.fleet.addKey(), 'view', 'endless');
    await until('the answer has begun', () => heads.length === 1);
    reading.child.kill();
    await expect(reading).rejects.toMatchObject({ killed: true });
    await until('the registry knows', () => left === 1);
  });
});

/** @returns the file of a package, as `npm pack` makes it */
function packThing(folder: string): string {
  const packed = join(folder, 'source.tgz');
  const contents = join(folder, 'package');
  mkdirSync(contents);
  const manifest = JSON.stringify({ name: 'thing', version: '1.2.3' });
  writeFileSync(join(contents, 'package.json'), manifest);
  execFileSync('tar', ['-czf', packed, '-C', folder, 'package']);
  return packed;
}
