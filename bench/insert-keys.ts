import { displayPrefix, hashSecret } from '@tollkeeper/verify';
import pg from 'pg';
import { borrowDatabase } from '../apps/control-plane/src/db/open-database.ts';
import { type BenchKey, KEY_SCOPES } from './keys.ts';

const PAGE = 5000;

/** Puts the keys into a stopped control plane's database: through the API it would take minutes. */
export async function insertKeys(
  dataDir: string,
  keys: readonly BenchKey[],
  owner: { readonly organizationId: string; readonly memberId: string },
): Promise<void> {
  const database = await borrowDatabase({ databaseUrl: undefined, dataDir }, () => undefined);
  const client = new pg.Client(database.config);
  try {
    await client.connect();
    for (let at = 0; at < keys.length; at += PAGE) {
      await insertPage(client, keys.slice(at, at + PAGE), owner);
    }
    await client.query('vacuum analyze');
  } finally {
    await client.end();
    await database.close();
  }
}

async function insertPage(
  client: pg.Client,
  keys: readonly BenchKey[],
  owner: { readonly organizationId: string; readonly memberId: string },
): Promise<void> {
  const ids = keys.map((key) => key.id);
  await client.query(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at)
     select id, $4, $5, name, prefix, 'active', 'custom', $6, '{}', now()
     from unnest($1::text[], $2::text[], $3::text[]) as new(id, name, prefix)`,
    [
      ids,
      keys.map((key) => key.name),
      keys.map((key) => displayPrefix(key.secret)),
      owner.organizationId,
      owner.memberId,
      KEY_SCOPES,
    ],
  );
  await client.query(
    `insert into api_key_secret (hash, organization_id, key_id, created_at)
     select hash, $3, id, now() from unnest($1::bytea[], $2::text[]) as new(hash, id)`,
    [keys.map((key) => Buffer.from(hashSecret(key.secret))), ids, owner.organizationId],
  );
}
