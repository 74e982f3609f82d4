/** For tests: a git server over HTTP, as `git http-backend` is one. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { closeLater } from './close-later.ts';
import { startUpstream } from './test-gateway.ts';

export interface GitUpstream {
  readonly url: string;
  /** The headers of each request, as text. */
  readonly heads: string[];
  /** Beside the repository: for clones, and to be the home of the git that makes them. */
  readonly folder: string;
}

const SERVICE = /^\/repo\.git\/(?:info\/refs\?service=)?git-(upload-pack|receive-pack)$/;

/** Its repository is `/repo.git`, and empty. */
export async function startGitUpstream(): Promise<GitUpstream> {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-git-'));
  closeLater(async () => rmSync(folder, { recursive: true }));
  const repository = join(folder, 'repo.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  const heads: string[] = [];
  const { url } = await startUpstream((req, res) => {
    heads.push(req.rawHeaders.join('\n'));
    const [, service] = SERVICE.exec(req.url ?? '') ?? [];
    if (service === undefined) {
      res.writeHead(404).end();
      return;
    }
    const isAdvertised = req.method === 'GET';
    const kind = isAdvertised ? 'advertisement' : 'result';
    res.writeHead(200, { 'content-type': `application/x-git-${service}-${kind}` });
    const line = `# service=git-${service}\n`;
    if (isAdvertised) res.write(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`);
    const options = ['--stateless-rpc', ...(isAdvertised ? ['--advertise-refs'] : [])];
    const git = spawn('git', [service, ...options, repository], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const isZipped = req.headers['content-encoding'] === 'gzip';
    (isZipped ? req.pipe(createGunzip()) : req).pipe(git.stdin.on('error', () => undefined));
    git.stdout.pipe(res);
  });
  return { url, heads, folder };
}
