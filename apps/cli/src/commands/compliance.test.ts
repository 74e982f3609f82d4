/** `compliance`: what it sends, and what a person then reads. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const PATH = '/v1/compliance/reports';
const REPORT = {
  id: `rep_${'0'.repeat(20)}`,
  ...{ kind: 'unused_keys', asOf: '2026-11-23T08:00:00.000Z', from: null, to: null },
  ...{ unusedDays: 30, columns: ['name', 'scopes'], rowsCount: 2 },
  digests: { jsonl: 'a'.repeat(64), csv: 'b'.repeat(64) },
  createdBy: { memberId: `mem_${'0'.repeat(20)}`, name: 'Ada', email: null },
  createdAt: '2026-11-23T08:00:00.000Z',
};

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, ['compliance', ...argv], { env, ...given });
}

test('a new report leaves its id alone on standard output', async () => {
  const api = createApi({ [`POST ${PATH}`]: REPORT });
  const argv = ['report', 'unused_keys', '--unused-days', '30'];
  const { stdout, stderr } = await tollkeeper(argv, { fetch: api.fetch });
  expect(stdout).toBe(`${REPORT.id}\n`);
  expect(stderr).toContain('Unused keys: 2 rows');
  expect(api.seen[0]?.body).toEqual({ kind: 'unused_keys', unusedDays: 30 });
  expect(api.seen[0]?.headers.get('idempotency-key')).not.toBeNull();
});

test('an export writes the bytes as they came', async () => {
  const csv = '"name"\r\n"ci"\r\n';
  const api = createApi({ [`GET ${PATH}/${REPORT.id}/export`]: new Response(csv) });
  await using home = await createHome();
  const file = join(home.homeFolder, 'report.csv');
  const argv = ['compliance', 'export', REPORT.id, '--format', 'csv'];
  await runCommand(home.homeFolder, [...argv, '--output', file], { env, fetch: api.fetch });
  expect(await readFile(file, 'utf8')).toBe(csv);
  expect(api.seen[0]?.query.get('format')).toBe('csv');
  const { stdout } = await runCommand(home.homeFolder, argv, { env, fetch: api.fetch });
  expect(stdout).toBe(csv);
});

test('the rows of a report obey no terminal', async () => {
  const rows = HOSTILE_TEXTS.map(({ text }) => ({ name: text, scopes: ['apis.call', 'x.y'] }));
  const api = createApi({
    [`GET ${PATH}/${REPORT.id}`]: REPORT,
    [`GET ${PATH}/${REPORT.id}/rows`]: { data: rows, nextCursor: null },
  });
  const { stdout } = await tollkeeper(['show', REPORT.id], { fetch: api.fetch });
  expect(stdout).toContain('apis.call x.y');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u009b\u200b\u202e\u2066\u2028]/);
});

test('reports are listed with their kind, and deleted once somebody agreed', async () => {
  const api = createApi({
    [`GET ${PATH}`]: { data: [REPORT], nextCursor: null },
    [`GET ${PATH}/${REPORT.id}`]: REPORT,
    [`DELETE ${PATH}/${REPORT.id}`]: new Response(null, { status: 204 }),
  });
  const listed = await tollkeeper(['reports', '--kind', 'unused_keys'], { fetch: api.fetch });
  expect(listed.stdout).toMatch(/rep_0+ +unused_keys/);
  expect(api.seen[0]?.query.get('kind')).toBe('unused_keys');
  const refused = await tollkeeper(['delete-report', REPORT.id], { fetch: api.fetch });
  expect(refused.stderr).toContain('--yes');
  const deleted = await tollkeeper(['delete-report', REPORT.id, '--yes'], { fetch: api.fetch });
  expect(deleted.stdout).toBe('Deleted the report "Unused keys of 2026-11-23T08:00:00.000Z".\n');
});
