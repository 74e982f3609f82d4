import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../failure.ts';
import { createApi } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';
import { findSecrets } from './scan/find-secrets.ts';

/** Their checksums are right. */
const SECRET = `tk_live_${'1'.repeat(32)}0AO7x8`;
const OTHER = `tk_live_${'2'.repeat(32)}2QLPBd`;
const JOIN = `tk_join_${'3'.repeat(32)}2kb49u`;
const MISTYPED = SECRET.slice(0, -1) + (SECRET.endsWith('0') ? '1' : '0');

async function scan(files: Record<string, string | Buffer>, options: string[] = [], given?: Given) {
  await using home = await createHome();
  const root = join(home.homeFolder, 'root');
  for (const [name, content] of Object.entries({ 'a.txt': '', ...files })) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), content);
  }
  await symlink('..', join(root, 'link'));
  const paths = options.includes('--stdin') ? [] : [root];
  const { stdout, ...rest } = await runCommand(
    home.homeFolder,
    ['scan', ...paths, ...options],
    given,
  );
  return { ...rest, stdout: stdout.replaceAll(`${root}/`, '') };
}

describe('scan', () => {
  test('names the place of each key, and no key whole', async () => {
    const { exitCode, stdout, stderr } = await scan({
      'b/.env': `# keys\nAPI_KEY=${SECRET}\nJOIN=${JOIN}${OTHER}`,
      'b/utf-16': Buffer.from(`\ufeff\n\n"${OTHER}"`, 'utf16le'),
      'c.bin': Buffer.concat([Buffer.alloc(300_000, 255), Buffer.from(SECRET)]),
      '.git/config': SECRET,
      '.git/objects/ab/cd': SECRET,
      // A folder that anybody can commit.
      'x.git/objects/ab/cd': SECRET,
      'mistyped.txt': MISTYPED,
    });
    expect(exitCode).toBe(EXIT.keyFound);
    const rows = stdout.trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.split(/\s+/))).toEqual([
      ['.git/config:1', `${SECRET.slice(0, 12)}…`],
      ['b/.env:2', `${SECRET.slice(0, 12)}…`],
      ['b/.env:3', `${JOIN.slice(0, 12)}…`],
      ['b/.env:3', `${OTHER.slice(0, 12)}…`],
      ['b/utf-16:3', `${OTHER.slice(0, 12)}…`],
      ['c.bin:1', `${SECRET.slice(0, 12)}…`],
      ['x.git/objects/ab/cd:1', `${SECRET.slice(0, 12)}…`],
    ]);
    for (const secret of [SECRET, OTHER, JOIN]) {
      expect(stdout + stderr).not.toContain(secret.slice(0, 16));
    }
  });

  test('says that it found none', async () => {
    const { exitCode, stdout, stderr } = await scan({ 'b.txt': MISTYPED });
    expect([exitCode, stdout, stderr]).toEqual([EXIT.ok, '', 'No key in 2 files.\n']);
  });

  test('reads standard input', async () => {
    const stdin = ['one\ntwo ', SECRET.slice(0, 20), SECRET.slice(20), '\n'];
    const { exitCode, stdout } = await scan({}, ['--stdin', '--json'], { stdin });
    expect(exitCode).toBe(EXIT.keyFound);
    expect(JSON.parse(stdout)).toEqual({
      files: 1,
      unreadable: [],
      places: [{ file: '(standard input)', line: 2, prefix: SECRET.slice(0, 12) }],
    });
  });

  test('finds every key however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(SECRET, OTHER, JOIN, MISTYPED, 'tk_live_', '\n', 'x')),
        fc.array(fc.nat()),
        async (parts, cuts) => {
          const text = parts.join('');
          const at = cuts.map((cut) => cut % (text.length + 1)).sort((one, other) => one - other);
          const chunks = [0, ...at].map((start, index) =>
            Buffer.from(text.slice(start, at[index])),
          );
          const found = await Array.fromAsync(findSecrets(streamOf(chunks)));
          let line = 1;
          const expected = parts.flatMap((part) => {
            if (part === '\n') line += 1;
            return [SECRET, OTHER, JOIN].includes(part) ? [{ secret: part, line }] : [];
          });
          expect(found).toEqual(expected);
        },
      ),
    );
  });

  test.each([[[]], [['none']]])('of %j is wrong usage, or cannot be read', async (paths) => {
    await using home = await createHome();
    const { exitCode, stderr } = await runCommand(home.homeFolder, ['scan', ...paths]);
    if (paths.length === 0) expect([exitCode, stderr]).toEqual([EXIT.usage, expect.any(String)]);
    else expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Cannot read "none"')]);
  });
});

describe('scan --check', () => {
  const answerOf = (code: string) => ({
    ...{ valid: code === 'valid', code, scopes: [], workspaceId: null, expiresAt: null },
    ...(code === 'invalid_key'
      ? { keyId: null, name: null, memberId: null }
      : { keyId: `key_${'0'.repeat(20)}`, name: 'ci', memberId: `mem_${'0'.repeat(20)}` }),
  });

  test.each([
    ['valid', EXIT.keyFound, `valid: ci (key_${'0'.repeat(20)})`],
    ['disabled', EXIT.keyFound, 'disabled: ci'],
    ['revoked', EXIT.ok, 'revoked: ci'],
    ['invalid_key', EXIT.ok, 'no key of this organization'],
  ])('of a key that is %s ends with code %d', async (code, exit, text) => {
    const { fetch, seen } = createApi({ 'POST /v1/api-keys/verify': answerOf(code) });
    const files = { 'b.txt': `${SECRET}\n${SECRET}` };
    const { exitCode, stdout } = await scan(files, ['--check'], { fetch, env: LOGIN });
    expect([exitCode, stdout.split(text).length]).toEqual([exit, 3]);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.body).toEqual({ key: SECRET });
  });
});

test('scan --report reports each key once, by a body, with where it was found', async () => {
  const { fetch, seen } = createApi({ 'POST /v1/leaks': { leak: null } });
  const files = { 'b.txt': `${SECRET}\n${SECRET} ${JOIN}`, 'c.txt': OTHER };
  const { exitCode, stdout, stderr } = await scan(files, ['--report'], { fetch, env: LOGIN });
  expect(exitCode).toBe(EXIT.keyFound);
  expect(seen.map(({ body }) => body)).toEqual([
    { key: SECRET, source: expect.stringMatching(/b\.txt:1$/) },
    { key: OTHER, source: expect.stringMatching(/c\.txt:1$/) },
  ]);
  expect(seen.map(({ path }) => path).join()).not.toContain('tk_');
  expect(stderr).toContain('Reported 2 keys.');
  expect(stdout + stderr).not.toContain(SECRET);
});

const LOGIN = { TOLLKEEPER_URL: 'http://127.0.0.1:1', TOLLKEEPER_API_KEY: SECRET };

async function* streamOf(chunks: readonly Buffer[]) {
  yield* chunks;
}
