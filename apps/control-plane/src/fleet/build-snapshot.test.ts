import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { decodePart, type Entry, openFrame, PROTOCOL_VERSION } from '@tollkeeper/protocol';
import { createSecret, hashSecret } from '@tollkeeper/verify';
import { beforeAll, expect, it } from 'vitest';
import { makeKey } from '../testing/keys.ts';
import {
  addMember,
  addOrganization,
  addWorkspace,
  choosePlan,
  type Organization,
} from '../testing/people.ts';
import { startOrganization, type TestOrganization } from '../testing/start-organization.ts';
import { buildSnapshot } from './build-snapshot.ts';
import { entriesOf, readSubjects } from './read-entries.ts';
import { sealer } from './seal.ts';

const { privateKey } = generateKeyPairSync('ed25519');

let app: TestOrganization['app'];
let query: TestOrganization['query'];
let own: Organization;
let elsewhere: string;

beforeAll(async () => {
  ({ app, query } = await startOrganization());
  own = await addOrganization(app, 'Own');
  await choosePlan(app, 'enterprise', own.organizationId);
  elsewhere = await addWorkspace(app, own.organizationId, 'elsewhere');
});

async function readSnapshot(): Promise<Entry[]> {
  const entries: Entry[] = [];
  const { organizationId, workspaceId } = own;
  const header = {
    ...{ organizationId, workspaceId, epoch: '0'.repeat(32), version: 1, issuedAtMs: 1 },
    protocol: PROTOCOL_VERSION,
  };
  const see = async () => ({ version: 1, revision: '00000000-0000-4000-8000-000000000000' });
  await buildSnapshot(app.services.db, sealer(privateKey), header, see, (part) => {
    const { body } = openFrame(part, createPublicKey(privateKey));
    if (body.length > 0) entries.push(...decodePart(body));
  });
  return entries;
}

const keysIn = (entries: readonly Entry[]) =>
  entries.flatMap((each) => (each.type === 'key' ? [each] : []));

/** As after a rotation whose grace has ended. */
async function addRetired(keyId: string): Promise<Buffer> {
  const hash = Buffer.from(hashSecret(createSecret('tk_live_', randomBytes)));
  await query(
    `insert into api_key_secret (hash, organization_id, key_id, created_at, retires_at)
     values ($1, $2, $3, now(), now() - interval '1 second')`,
    [hash, own.organizationId, keyId],
  );
  return hash;
}

it('holds the keys that are used in the workspace, of its own organization', async () => {
  const { client } = own.owner;
  const here = await makeKey(app, client, { workspaceId: own.workspaceId });
  const anywhere = await makeKey(app, client);
  await makeKey(app, client, { workspaceId: elsewhere });
  const other = await addOrganization(app, 'Other');
  await makeKey(app, other.owner.client);
  const keys = keysIn(await readSnapshot());
  expect(keys.map(({ keyId }) => keyId).toSorted()).toEqual([here.id, anywhere.id].toSorted());
  expect(keys.map(({ secrets }) => secrets.length)).toEqual([1, 1]);
});

it('holds the members of its own organization, but for those who were removed', async () => {
  const removed = await addMember(app, own.organizationId, 'viewer');
  const suspended = await addMember(app, own.organizationId, 'viewer');
  await query(`update member set status = 'removed' where id = $1`, [removed.memberId]);
  await query(`update member set status = 'suspended' where id = $1`, [suspended.memberId]);
  const owners = (await readSnapshot()).flatMap((each) => (each.type === 'owner' ? [each] : []));
  expect(owners.map(({ memberId, active }) => [memberId, active]).toSorted()).toEqual(
    [
      [own.owner.memberId, true],
      [suspended.memberId, false],
    ].toSorted(),
  );
});

it('holds no secret whose grace has ended, and no change does either', async () => {
  const key = await makeKey(app, own.owner.client, { name: 'rotated' });
  const retired = await addRetired(key.id);
  const change = { kind: 'key', subjectId: key.id } as Parameters<typeof readSubjects>[1][number];
  const subjects = await readSubjects(app.services.db, [change], []);
  for (const entries of [
    await readSnapshot(),
    entriesOf({ ...own, protocol: PROTOCOL_VERSION }, [change], subjects),
  ]) {
    const secrets = keysIn(entries)
      .filter(({ keyId }) => keyId === key.id)
      .flatMap((each) => each.secrets.map(({ hash }) => Buffer.from(hash).toString('hex')));
    expect(secrets).toEqual([Buffer.from(hashSecret(key.secret)).toString('hex')]);
    expect(secrets).not.toContain(retired.toString('hex'));
  }
});
