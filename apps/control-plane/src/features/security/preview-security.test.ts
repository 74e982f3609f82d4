import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { startScene } from './security-scene.fixture.ts';

type Preview = RouteOutput<Routes['previewSecurity']>;

const KEYS = 5;
let owner: Client;
let query: Query;

beforeAll(async () => {
  ({ owner, query } = await startScene(KEYS));
});

const preview = async (body: object) =>
  (await owner.post<Preview>('/v1/security/preview', body)).body;

describe('the preview', () => {
  it('changes nothing and records nothing', async () => {
    const before = [
      await query('select * from organization'),
      await query('select * from api_key'),
    ];
    const events = await auditEvents(query);
    const shown = await preview({ keyLifetimeDaysMax: 1, twoFactorRequired: true });
    expect([shown.keysCount, shown.membersCount]).toEqual([KEYS, 1]);
    expect(await query('select * from organization')).toEqual(before[0]);
    expect(await query('select * from api_key')).toEqual(before[1]);
    expect(await auditEvents(query)).toEqual(events);
  });

  it('says that the ranges leave the caller out, and counts beyond the hundred that it lists', async () => {
    expect(await preview({ allowedIps: ['10.0.0.0/8'] })).toMatchObject({ excludesYou: true });
    expect(await preview({ allowedIps: ['127.0.0.1'] })).toMatchObject({ excludesYou: false });
    await query(
      `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes, allowed_ips, created_at)
       select 'key_' || lpad(n::text, 20, '0'), organization_id, member_id, name, prefix, status, profile, scopes, allowed_ips, created_at
       from (select * from api_key limit 1) k, generate_series(1, 120) n`,
    );
    const shown = await preview({ keyLifetimeDaysMax: 10 });
    expect([shown.keysCount, shown.keys.length]).toEqual([KEYS + 120, 100]);
    await query(`delete from api_key where id like 'key_00000%'`);
  });
});
