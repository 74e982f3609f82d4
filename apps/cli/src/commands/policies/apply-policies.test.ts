/** What a real server does not do at will: others who edit meanwhile, and hostile answers. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApi, IDENTITY, SECRET } from '../../testing/fake-api.ts';
import { createHome, runCommand } from '../../testing/run-command.ts';

const TEXT = 'permit (principal, action, resource);';
const ID = 'pol_00000000000000000001';
const WORKSPACE = {
  ...{ id: 'ws_00000000000000000001', name: 'Production', environment: 'live' },
  ...{ keysCount: 0, gatewaysCount: 0, joinKeysCount: 0, etag: 'etag' },
  createdAt: '2026-01-01T00:00:00.000Z',
};
const POLICY = {
  ...{ id: ID, workspaceId: WORKSPACE.id, name: 'Office', description: '', status: 'enabled' },
  ...{ mode: 'enforce', version: 2, createdBy: null, createdByKey: null, etag: 'as-it-was-read' },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' },
};
const CONFLICT = {
  ...{ type: 'about:blank', title: 'Edited since', status: 412, code: 'edit_conflict' },
  ...{ detail: 'The policy "Office" was edited since you read it.', requestId: 'req_1' },
};

async function tollkeeper(
  verb: string,
  files: Readonly<Record<string, string>>,
  names: readonly string[] = ['Office'],
  answers: Parameters<typeof createApi>[0] = {},
) {
  await using home = await createHome();
  const root = join(home.homeFolder, 'policies');
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, 'production'), { recursive: true });
    await writeFile(join(root, 'production', name), content);
  }
  const saved = names.map((name, at) => ({ ...POLICY, id: ID.slice(0, -1) + (at + 1), name }));
  const api = createApi({
    'GET /v1/workspaces': { data: [WORKSPACE], nextCursor: null },
    'GET /v1/policies': { data: saved, nextCursor: null },
    ...Object.fromEntries(
      saved.map((each) => [`GET /v1/policies/${each.id}`, { ...each, text: TEXT }]),
    ),
    'POST /v1/policies/validate': { errors: [], warnings: [] },
    'GET /v1/whoami': { ...IDENTITY, scopes: ['policies.create', 'policies.edit'] },
    ...answers,
  });
  const argv = ['policies', verb, '-f', root];
  const given = { env: { TOLLKEEPER_API_KEY: SECRET }, fetch: api.fetch };
  const ran = await runCommand(home.homeFolder, argv, given);
  const written = await readdir(home.homeFolder, { recursive: true });
  return { ...ran, seen: api.seen, written: written.toSorted() };
}

test('an edit is sent with the etag that was read, and a conflict says what was done', async () => {
  const files = {
    'a.cedar': `// name: A\n\n${TEXT}`,
    'b.cedar': `// name: Office\n\n${TEXT} // new`,
  };
  const { exitCode, seen, stderr } = await tollkeeper('apply', files, ['Office'], {
    'POST /v1/policies': { ...POLICY, name: 'A', text: TEXT, warnings: [] },
    [`PATCH /v1/policies/${ID}`]: Response.json(CONFLICT, { status: 412 }),
  });
  expect(exitCode).toBe(6);
  expect(seen.at(-1)?.body).toEqual({ text: `${TEXT} // new`, etag: 'as-it-was-read' });
  expect(stderr).toContain('The policy "Office" was not changed; 1 of 2 changes were made.');
});

test.each(['a\nforbid (principal, action, resource);', 'a\u202e'])(
  'a policy with the name %j makes pull write nothing',
  async (name) => {
    const { exitCode, written } = await tollkeeper('pull', {}, ['Office', name]);
    expect(exitCode).toBe(1);
    expect(written).toEqual([]);
  },
);

test('names of the server lead nowhere else, and overwrite no file of another policy', async () => {
  const files = { 'a-b.cedar': `// name: Office\n\n${TEXT}` };
  const names = ['Office', '../../A/b', 'a b', 'CON'];
  const { exitCode, written } = await tollkeeper('pull', files, names);
  expect(exitCode).toBe(0);
  expect(written).toEqual([
    'policies',
    'policies/production',
    'policies/production/a-b.cedar',
    expect.stringMatching(/^policies\/production\/a-b_[0-9a-f]{8}\.cedar$/),
    expect.stringMatching(/^policies\/production\/a-b_[0-9a-f]{8}\.cedar$/),
    expect.stringMatching(/^policies\/production\/con_[0-9a-f]{8}\.cedar$/),
  ]);
});
