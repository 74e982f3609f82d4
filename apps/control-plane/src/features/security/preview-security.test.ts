import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { startScene } from './security-scene.fixture.ts';

type Preview = RouteOutput<Routes['previewSecurity']>;

const KEYS = 5;
let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  ({ app, owner, query } = await startScene(KEYS));
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

  it('names no key to a member without api_keys.read, not even their own', async () => {
    const change = { keyLifetimeDaysMax: 1 };
    const namesFor = async (scopes: readonly string[]) => {
      await query('update role set scopes = $1 where id = $2', [scopes, roleId]);
      const shown = (await member.post<Preview>('/v1/security/preview', change)).body;
      expect(shown.keysCount).toBe(KEYS);
      return shown.keys.length;
    };
    const made = { name: 'Guard', description: '', scopes: ['security.manage'] };
    const roleId = (await owner.post<{ id: string }>('/v1/roles', made)).body.id;
    const { client: member, memberId } = await join(app, owner, 'Gail', roleId);
    await query('update api_key set member_id = $1 where id = (select min(id) from api_key)', [
      memberId,
    ]);
    expect(await namesFor(['security.manage'])).toBe(0);
    expect(await namesFor(['security.manage', 'api_keys.manage_all'])).toBe(0);
    expect(await namesFor(['security.manage', 'api_keys.read'])).toBe(1);
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
