import { expect, it, vi } from 'vitest';
import { startFleetWorld, WAIT } from '../testing/fleet-world.ts';

const HEALTH = {
  ...{ callsPerMinute: 7, cpuPercent: 1.5, memoryBytes: 1000, spooledCalls: 2 },
  fault: null,
};

/** Notes each connection that is deleted, also where it is stored again at once. */
const NOTE_DELETED = `
  create table deleted_connection (gateway_id text);
  create function note_deleted() returns trigger language plpgsql as $$
    begin insert into deleted_connection values (old.gateway_id); return null; end $$;
  create trigger note_deleted after delete on gateway_connection
    for each row execute function note_deleted()`;

it('keeps a gateway recorded as connected while an older connection of the same run is cut', async () => {
  const world = await startFleetWorld();
  await world.query(NOTE_DELETED);
  const joined = await world.join();
  const first = await world.connect(joined);
  await first.wait('gateway');
  const second = await world.connect(joined, { instanceId: first.instanceId });
  await first.closed;
  const isEnded = (line: string) =>
    line.includes('gateway disconnected') && line.includes(joined.gatewayId);
  await vi.waitUntil(() => world.app.logged.some(isEnded), WAIT);
  // Stored by a refresh, which would also bring back a row that had gone.
  second.send({ type: 'health', ...HEALTH });
  const select = 'select health from gateway_connection where gateway_id = $1';
  await vi.waitUntil(async () => {
    const [row] = await world.query<{ health: object | null }>(select, [joined.gatewayId]);
    return row?.health;
  }, WAIT);
  const deleted = () =>
    world.query('select 1 from deleted_connection where gateway_id = $1', [joined.gatewayId]);
  expect(await deleted()).toEqual([]);
  await second.close();
  await vi.waitUntil(async () => (await deleted()).length === 1, WAIT);
});
