import { randomUUID } from 'node:crypto';
import { type Hello, PROTOCOL_VERSION } from '@tollkeeper/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../db/connect.ts';
import { addGateways, type Joined } from '../testing/gateway-client.ts';
import { makeKey } from '../testing/keys.ts';
import { addOrganization, type Organization } from '../testing/people.ts';
import { startOrganization, type TestOrganization } from '../testing/start-organization.ts';
import { createAppliedVersions } from './applied-versions.ts';
import { findGateways } from './find-gateways.ts';
import type { Session } from './gateway-session.ts';
import { createPresence } from './presence.ts';

const INSTANCE = 'a'.repeat(32);

let app: TestOrganization['app'];
let query: TestOrganization['query'];
let place: Organization;
let one: Joined;
let other: Joined;

beforeAll(async () => {
  ({ app, query } = await startOrganization());
});

beforeEach(async () => {
  await query('delete from gateway');
  place = await addOrganization(app, 'Home');
  const { organizationId, workspaceId } = place;
  const gateways = await addGateways(app, { organizationId, workspaceId }, 2);
  [one, other] = gateways as [Joined, Joined];
});

function helloOf({ gatewayId, workspaceId }: Joined): Hello {
  return {
    ...{ type: 'hello', protocol: PROTOCOL_VERSION, gatewayId, workspaceId, instanceId: INSTANCE },
    ...{ nonce: 'n'.repeat(43), version: null, latest: null, signature: '' },
    ...{ softwareVersion: '1.2.3', hostname: 'edge.test', staleMaxMs: null },
  };
}

/** The session of a gateway that has just sent a message. */
function sessionOf({ gatewayId }: Joined, address: string): Session {
  const now = performance.now();
  const facts = {
    gateway: { id: gatewayId },
    instanceId: INSTANCE,
    address,
    hostname: 'edge.test',
  };
  return {
    ...facts,
    connectedAt: now,
    lastReceivedAt: now,
    health: null,
    rejection: null,
  } as Session;
}

function rowOf({ gatewayId }: Joined) {
  return query<object>('select * from gateway where id = $1', [gatewayId]);
}

function connectionsOf({ gatewayId }: Joined) {
  return query<{ process: string; address: string }>(
    'select process_id as process, address, seen_at from gateway_connection where gateway_id = $1',
    [gatewayId],
  );
}

describe('what one gateway says', () => {
  it('enters it, and leaves every other as it was', async () => {
    const before = await rowOf(other);
    const presence = createPresence(app.services.db, 'process');
    expect(await presence.enter(helloOf(one), '192.0.2.1')).toBe(true);
    expect(await rowOf(one)).toMatchObject([{ software_version: '1.2.3' }]);
    expect(await connectionsOf(one)).toMatchObject([{ process: 'process', address: '192.0.2.1' }]);
    expect([await rowOf(other), await connectionsOf(other)]).toEqual([before, []]);
  });

  it('enters nothing once it was removed', async () => {
    await query('delete from gateway where id = $1', [one.gatewayId]);
    const presence = createPresence(app.services.db, 'process');
    expect(await presence.enter(helloOf(one), '192.0.2.1')).toBe(false);
    expect(await query('select 1 from gateway_connection')).toEqual([]);
  });

  it('is heard without touching another', async () => {
    const presence = createPresence(app.services.db, 'process');
    for (const each of [one, other]) await presence.enter(helloOf(each), '192.0.2.1');
    await query(`update gateway set last_seen_at = now() - interval '1 hour'`);
    await query(`update gateway_connection set seen_at = now() - interval '1 hour'`);
    const before = [await rowOf(other), await connectionsOf(other)];
    const [earlier] = await rowOf(one);
    await presence.refresh([sessionOf(one, '192.0.2.1')]);
    expect(await rowOf(one)).not.toEqual([earlier]);
    expect([await rowOf(other), await connectionsOf(other)]).toEqual(before);
  });

  it('is stored by the process that it is connected to, and no more by the one before', async () => {
    const [before, now] = ['before', 'now'].map((id) => createPresence(app.services.db, id));
    await before?.enter(helloOf(one), '192.0.2.1');
    await now?.enter(helloOf(one), '192.0.2.2');
    await query(`update gateway_connection set seen_at = now() - interval '1 hour'`);
    const entered = await connectionsOf(one);
    await before?.refresh([sessionOf(one, '192.0.2.1')]);
    expect(await connectionsOf(one)).toEqual(entered);
    await before?.leave(sessionOf(one, '192.0.2.1'));
    expect(await connectionsOf(one)).toMatchObject([{ process: 'now', address: '192.0.2.2' }]);
  });
});

describe('the version that one gateway has applied', () => {
  async function position() {
    const [row] = await query<{ version: number; revision: string }>(
      'select version::int, revision from workspace where id = $1',
      [place.workspaceId],
    );
    return row ?? { version: 0, revision: '' };
  }

  async function versionsAfter(version: number, latest: { version: number; revision: string }) {
    const applied = createAppliedVersions(app.services.db, app.services.log);
    applied.add(one.gatewayId, { version, latest });
    await applied.stop();
    const rows = await query<{ id: string; version: number | null }>(
      'select id, applied_version::int as version from gateway order by id',
    );
    return new Map(rows.map((row) => [row.id, row.version]));
  }

  beforeEach(async () => {
    await makeKey(app, place.owner.client);
  });

  it('is kept while the database is away, and stored once it is back', async () => {
    const { version, revision } = await position();
    // Three tries of `settled`, and the last one of `stop`, after which it stores what is left.
    let failuresLeft = 4;
    const execute: Database['execute'] = (statement) => {
      if (failuresLeft-- > 0) throw new Error('The database is away');
      return app.services.db.execute(statement);
    };
    const applied = createAppliedVersions({ execute } as Database, app.services.log);
    applied.add(one.gatewayId, { version, latest: { version, revision } });
    await expect(applied.settled(one.gatewayId)).rejects.toThrow('not stored yet');
    await applied.stop();
    expect(
      await query('select applied_version::int as version from gateway where id = $1', [
        one.gatewayId,
      ]),
    ).toEqual([{ version }]);
  });

  it('is its own', async () => {
    const { version, revision } = await position();
    const versions = await versionsAfter(version, { version, revision });
    expect(versions.get(one.gatewayId)).toBe(version);
    expect(versions.get(other.gatewayId)).toBeNull();
  });

  it('is null for a version that does not exist yet', async () => {
    const { version, revision } = await position();
    const versions = await versionsAfter(version + 1, { version, revision });
    expect(versions.get(one.gatewayId)).toBeNull();
  });

  it('is none of a lineage that the database does not hold', async () => {
    const { version } = await position();
    const versions = await versionsAfter(version, { version, revision: randomUUID() });
    expect(versions.get(one.gatewayId)).toBeNull();
  });

  it('is none of another workspace', async () => {
    const elsewhere = await addOrganization(app, 'Elsewhere');
    const [row] = await query<{ version: number; revision: string }>(
      'select version::int, revision from workspace where id = $1',
      [elsewhere.workspaceId],
    );
    if (!row) throw new Error('There is no workspace');
    const versions = await versionsAfter(row.version, row);
    expect(versions.get(one.gatewayId)).toBeNull();
  });
});

it('is of no fleet once its organization was deleted', async () => {
  const { db } = app.services;
  expect(await findGateways(db, [one.gatewayId])).toMatchObject([{ id: one.gatewayId }]);
  await query('update organization set deleted_at = now() where id = $1', [place.organizationId]);
  expect(await findGateways(db, [one.gatewayId])).toEqual([]);
});
