import { expect, it } from 'vitest';
import { connect } from '../db/connect.ts';
import { gateway, organization, workspace } from '../db/schema/index.ts';
import { createLog } from '../log.ts';
import { atFileEnd } from '../testing/at-file-end.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { whileHeld } from '../testing/while-held.ts';
import { createConnectedGateways } from './connected-gateways.ts';
import type { Session } from './gateway-session.ts';
import { noteWitness } from './store-witnesses.ts';
import { createWitnesses } from './witnesses.ts';

const KEY = Buffer.alloc(32, 7);
const ANNOUNCED = { publicKey: KEY.toString('base64url'), size: 3 };

it('lets one of two gateways have a key that both announce at the same time', async () => {
  const database = await createTestDatabase();
  const { db, end } = connect(database, 2, () => undefined);
  atFileEnd(end);
  const [organizationId, workspaceId, createdAt] = ['org_1', 'ws_1', new Date()];
  await db
    .insert(organization)
    .values({ id: organizationId, name: 'Acme', slug: 'acme', createdAt });
  await db.insert(workspace).values({
    ...{ id: workspaceId, organizationId, name: 'default', environment: 'live', createdAt },
  });
  for (const id of ['gw_1', 'gw_2']) {
    await db.insert(gateway).values({
      ...{ id, organizationId, workspaceId, name: id, labels: {}, joinKeyId: 'jk_1', createdAt },
      publicKey: Buffer.from(id.padEnd(32)),
    });
  }
  const second = await whileHeld(
    database,
    (holder) => holder.query(`update gateway set witness_key = $1 where id = 'gw_1'`, [KEY]),
    () => noteWitness(db, 'gw_2', ANNOUNCED),
  );
  expect(second).toEqual({ publicKey: null, alarm: null });
  expect(await noteWitness(db, 'gw_1', ANNOUNCED)).toMatchObject({
    publicKey: ANNOUNCED.publicKey,
  });
});

it('warns once a minute of messages of a gateway that are ignored', async () => {
  const lines: string[] = [];
  let nowMs = 0;
  const witnesses = createWitnesses({
    db: undefined,
    gateways: createConnectedGateways(),
    log: createLog('warn', { write: (line) => void lines.push(line) }),
    now: () => nowMs,
  } as unknown as Parameters<typeof createWitnesses>[0]);
  const session = { gateway: { id: 'gw_1' } } as Session;
  const send = (count: number) => {
    for (let sent = 0; sent < count; sent += 1) {
      witnesses.receive(session, { type: 'witness', ...ANNOUNCED, alarm: null });
    }
  };
  const ignored = () => lines.filter((line) => line.includes('witness message ignored: too many'));
  send(60);
  expect(ignored()).toEqual([]);
  send(20);
  expect(ignored()).toEqual([expect.stringContaining('"gatewayId":"gw_1"')]);
  nowMs = 61_000;
  send(80);
  expect(ignored()).toHaveLength(2);
  await witnesses.settled();
});
