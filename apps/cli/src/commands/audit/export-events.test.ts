import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../failure.ts';
import { createHome, runCommand } from '../../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: `tk_live_${'0'.repeat(38)}` };

let asked: URLSearchParams[];

beforeEach(() => {
  asked = [];
});

/** A server that sends these parts, and breaks the connection where one is null. */
function sending(...parts: readonly (string | null)[]): typeof fetch {
  return async (input) => {
    asked.push(new URL(String(input)).searchParams);
    const left = [...parts];
    const body = new ReadableStream({
      pull(sent) {
        const next = left.shift();
        if (next === undefined) sent.close();
        else if (next === null) sent.error(new TypeError('terminated'));
        else sent.enqueue(Buffer.from(next));
      },
    });
    return new Response(body, { headers: { 'content-disposition': 'attachment; filename="a"' } });
  };
}

const line = (sequence: number) => `{"id":"evt_${sequence}","sequence":${sequence}}\n`;

test('writes what the server sends to standard output, as it is', async () => {
  await using home = await createHome();
  const fetch = sending(line(1).slice(0, 5), `${line(1).slice(5)}${line(2)}`);
  const argv = ['audit', 'export', '--action', 'api_key.*', '--from', '2026-11-01T00:00:00Z'];
  const answer = await runCommand(home.homeFolder, argv, { fetch, env });
  expect(answer).toEqual({ exitCode: EXIT.ok, stdout: line(1) + line(2), stderr: '' });
  const query = { action: 'api_key.*', from: '2026-11-01T00:00:00.000Z', format: 'jsonl' };
  expect(Object.fromEntries(asked[0] ?? [])).toEqual(query);
});

test('writes out on a terminal what it would obey', async () => {
  await using home = await createHome();
  const fetch = sending('{"name":"\u202e\u009b2J"}\n');
  const given = { fetch, env, terminal: { columns: 80 } };
  const { stdout } = await runCommand(home.homeFolder, ['audit', 'export'], given);
  expect(stdout).toBe('{"name":"\\u202e\\x9b2J"}\n');
});

test.each([
  ['jsonl', line(1), `${line(2)}{"id":`, line(3)],
  [
    'jsonl',
    '{"checkpoint":"origin\\n9\\nroot\\n","publicKey":"k"}\n',
    '{"skipped":{"start":0,"end":2,"hash":"h"}}\n{"sk',
    line(3),
  ],
  ['csv', '"sequence","at"\r\n1,"a"\r\n', '2,"b"\r\n3,"', '3,"c"\r\n'],
  ['ocsf', '{"metadata":{"sequence":1}}\n', '{"metadata":{"sequence":2}}\n{"me', '{}\n'],
])('goes on with a %s file that broke off after its last whole line', async (format, ...parts) => {
  await using home = await createHome();
  const [first = '', cut = '', rest = ''] = parts;
  const file = join(home.homeFolder, 'audit');
  const argv = ['audit', 'export', '--output', file, '--format', format];
  const broken = await runCommand(home.homeFolder, argv, { fetch: sending(first, cut, null), env });
  expect(broken.exitCode).toBe(EXIT.unreachable);
  expect(broken.stderr).toContain('Run the command again with --resume.');
  await expect(readFile(file)).rejects.toThrow('ENOENT');

  const again = await runCommand(home.homeFolder, argv, { fetch: sending(), env });
  expect([again.exitCode, again.stderr]).toEqual([
    EXIT.usage,
    expect.stringContaining('Add --resume'),
  ]);
  const resumed = await runCommand(home.homeFolder, [...argv, '--resume'], {
    fetch: sending(rest),
    env,
  });
  expect([resumed.exitCode, resumed.stderr]).toEqual([
    EXIT.ok,
    expect.stringContaining('Wrote the remaining 1 event '),
  ]);
  expect(asked.at(-1)?.get('cursor')).toBe(first.includes('checkpoint') ? '2-9' : '2');
  const whole = cut.slice(0, cut.lastIndexOf('\n') + 1);
  expect(await readFile(file, 'utf8')).toBe(first + whole + rest);
});

test('goes on after the last event, without the hashes of those that did not arrive', async () => {
  await using home = await createHome();
  const file = join(home.homeFolder, 'audit');
  const whole = `{"checkpoint":"origin\\n9\\nroot\\n","publicKey":"k"}\n${line(1)}${line(2)}`;
  await writeFile(`${file}.partial`, `${whole}{"leafHashes":"AAAA"}\n{"id`);
  const rest = `{"leafHashes":"BBBB"}\n${line(3)}`;
  const argv = ['audit', 'export', '--proof', '--output', file, '--resume'];
  const { exitCode } = await runCommand(home.homeFolder, argv, { fetch: sending(rest), env });
  expect([exitCode, asked.at(-1)?.get('cursor')]).toEqual([EXIT.ok, '2-9']);
  expect(await readFile(file, 'utf8')).toBe(whole + rest);
});

test.each([
  [['--resume'], '--resume goes on with a file.'],
  [['--output', '{file}'], '" exists.'],
  [['--output', '{file}', '--resume'], '" is complete.'],
  [['--output', '{file}x', '--resume'], 'Cannot write'],
])('refuses %j', async (options, text) => {
  await using home = await createHome();
  const file = join(home.homeFolder, 'audit');
  await writeFile(file, 'mine');
  const argv = ['audit', 'export', ...options.map((each) => each.replace('{file}', file))];
  const { exitCode, stderr } = await runCommand(home.homeFolder, argv, { fetch: sending(), env });
  expect([exitCode, stderr]).toEqual([EXIT.usage, expect.stringContaining(text)]);
  expect(await readFile(file, 'utf8')).toBe('mine');
});

test('refuses to go on with what is no export of the format', async () => {
  await using home = await createHome();
  const file = join(home.homeFolder, 'audit');
  await writeFile(`${file}.partial`, 'a letter\n');
  const argv = ['audit', 'export', '--output', file, '--resume'];
  const { exitCode, stderr } = await runCommand(home.homeFolder, argv, { fetch: sending(), env });
  expect([exitCode, stderr]).toEqual([EXIT.usage, expect.stringContaining('is no export')]);
  expect(await readFile(`${file}.partial`, 'utf8')).toBe('a letter\n');
});
