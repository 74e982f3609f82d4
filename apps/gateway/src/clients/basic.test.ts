/** Clients that know passwords only: git, and npm as one of the package managers. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { type GitUpstream, startGitUpstream } from '../testing/git-upstream.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';

const run = promisify(execFile);

async function startBasic(upstreamUrl: string): Promise<TestGateway> {
  const { routes } = await testConfig(upstreamUrl);
  const change = { routes: routes.map((each) => ({ ...each, credentials: ['basic'] })) };
  return startTestGateway(upstreamUrl, change);
}

function git({ folder }: GitUpstream, ...args: string[]) {
  const person = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a' };
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder, GIT_COMMITTER_EMAIL: 'a@b', ...person },
    ...{ GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' },
  };
  return run('git', args, { cwd: folder, env });
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

it('npm reads from a registry with the key as its password', async () => {
  const heads: string[] = [];
  const upstream = await startUpstream((req, res) => {
    heads.push(req.rawHeaders.join('\n'));
    res.setHeader('content-type', 'application/json');
    res.end(
      JSON.stringify({ name: 'thing', 'dist-tags': { latest: '1.2.3' }, versions: VERSIONS }),
    );
  });
  const gateway = await startBasic(upstream.url);
  const { folder } = await startGitUpstream();
  const host = gateway.url.replace('http:', '');
  const show = async (key: string) => {
    const auth = Buffer.from(`any:${key}`).toString('base64');
    const file = join(folder, '.npmrc');
    writeFileSync(file, `registry=${gateway.url}/\n${host}/:_auth=${auth}\n`);
    const args = ['view', 'thing', 'version', '--userconfig', file, '--fetch-retries=0'];
    const env = { PATH: process.env.PATH, HOME: folder, npm_config_update_notifier: 'false' };
    return run('npm', args, { cwd: folder, env });
  };
  expect((await show(gateway.fleet.addKey())).stdout).toBe('1.2.3\n');
  expect(heads).toHaveLength(1);
  expect(heads[0]).not.toMatch(/^authorization$/im);
  await expect(show(gateway.fleet.addKey({ status: 'revoked' }))).rejects.toThrow(/E401/);
  expect(heads).toHaveLength(1);
});

const VERSIONS = {
  '1.2.3': { name: 'thing', version: '1.2.3', dist: { tarball: 'http://a/b.tgz' } },
};
