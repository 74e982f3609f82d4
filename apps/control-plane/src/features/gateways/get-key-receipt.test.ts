import type { Receipt } from '@tollkeeper/contract';
import { verifyReceipt } from '@tollkeeper/transparency-log';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { type FleetWorld, startFleetWorld, WAIT } from '../../testing/fleet-world.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { addMember, addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { startRealGateway, viewOf } from '../../testing/real-gateway.ts';
import { makeKey, type TestKey } from '../../testing/start-organization.ts';
import { integrateAuditLogs } from '../../transparency-log/index.ts';

let world: FleetWorld;
let owner: Client;
let developer: Client;
let revoked: TestKey;
let far: string;

beforeAll(async () => {
  world = await startFleetWorld();
  ({ owner } = world);
  revoked = await makeKey(world.app, owner);
  const { organizationId } = await claimedOrganization(world.app);
  ({ client: developer } = await addMember(world.app, organizationId, 'developer'));
});

const receiptOf = (client: Client, id: string) => client.get<Receipt>(`/v1/api-keys/${id}/receipt`);

/** What the file proves, as a client saves it. */
const proven = ({ body }: { body: Receipt }) => verifyReceipt(JSON.stringify(body));

describe('a receipt', () => {
  it('is there once the event is in the log, and proves it with all witnesses and gateways', async () => {
    const { organizationId } = await claimedOrganization(world.app);
    expect((await receiptOf(owner, revoked.id)).problem.code).toBe('invalid_state');
    const elsewhere = await addWorkspace(world.app, organizationId, 'elsewhere');
    ({ gatewayId: far } = await world.join(elsewhere, 'far'));
    const { fleet } = await startRealGateway(world.app, owner, world.workspaceId);
    await vi.waitUntil(async () => (await viewOf(owner, fleet)).state === 'connected', WAIT);
    await owner.post(`/v1/api-keys/${revoked.id}/revoke`, { reason: 'a test' });
    await vi.waitUntil(async () => {
      const { state, appliedVersion, currentVersion } = await viewOf(owner, fleet);
      return state === 'connected' && appliedVersion === currentVersion;
    }, WAIT);
    expect((await receiptOf(owner, revoked.id)).problem.code).toBe('unavailable');
    await integrateAuditLogs(world.app.services);
    await vi.waitUntil(async () => (await viewOf(owner, fleet)).witness.cosignedAt !== null, WAIT);

    const answer = await receiptOf(owner, revoked.id);
    const { event, cosignatures, receipt } = proven(answer);

    const { gatewayId } = fleet.status();
    const { witness } = await viewOf(owner, fleet);
    expect(event).toMatchObject({ action: 'api_key.revoke', target: { id: revoked.id } });
    expect(cosignatures.map(({ name }) => name)).toEqual([witness.key?.split('+')[0]]);
    expect(receipt.witnesses).toEqual([witness.key]);
    expect(receipt.acknowledgements).toMatchObject([{ gatewayId, gatewayName: 'edge' }]);
    expect(receipt.pending).toEqual([
      { gatewayId: far, gatewayName: 'far', workspaceId: elsewhere },
    ]);
  });

  it('names no gateway to a caller without fleet.read, and is verified all the same', async () => {
    const scopes = ['api_keys.read', 'api_keys.manage_all', 'audit.read'];
    const { client } = await makeKey(world.app, owner, { profile: 'custom', scopes });
    const answer = await receiptOf(client, revoked.id);
    const { receipt } = proven(answer);
    expect([receipt.acknowledgements.length, receipt.pending.length]).toEqual([1, 1]);
    expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`"edge"|"far"|${far}`));
  });

  it('is of a deleted key too', async () => {
    const key = await makeKey(world.app, owner);
    await owner.delete(`/v1/api-keys/${key.id}`);
    expect((await receiptOf(owner, key.id)).problem.code).toBe('unavailable');
    await integrateAuditLogs(world.app.services);
    expect(proven(await receiptOf(owner, key.id)).event.action).toBe('api_key.delete');
    expect((await receiptOf(developer, key.id)).status).toBe(404);
  });

  it('is of the removal of its owner, who had disabled and enabled it', async () => {
    const { organizationId } = await claimedOrganization(world.app);
    const leaving = await addMember(world.app, organizationId, 'developer');
    const key = await makeKey(world.app, leaving.client);
    const ended = await makeKey(world.app, leaving.client);
    for (const verb of ['disable', 'enable'])
      await leaving.client.post(`/v1/api-keys/${key.id}/${verb}`);
    await owner.post(`/v1/api-keys/${ended.id}/revoke`, { reason: 'a test' });
    await owner.delete(`/v1/members/${leaving.memberId}`);
    await integrateAuditLogs(world.app.services);
    const { event, receipt } = proven(await receiptOf(owner, key.id));
    expect([event.action, event.target.id]).toEqual(['member.remove', leaving.memberId]);
    expect(receipt.keyId).toBe(key.id);
    expect(proven(await receiptOf(owner, ended.id)).event.action).toBe('api_key.revoke');
    // As the retention does.
    await world.query(`delete from audit_event where target ->> 'id' = $1`, [ended.id]);
    const { status, problem } = await receiptOf(owner, ended.id);
    expect([status, problem.detail]).toEqual([404, expect.stringContaining('keeps it no longer')]);
  });

  it('says of a gateway whose signature is wrong that it has not signed', async () => {
    await world.query(`update gateway_version set signature = decode(repeat('00', 64), 'hex')`);
    const { receipt } = proven(await receiptOf(owner, revoked.id));
    expect([receipt.acknowledgements.length, receipt.pending.length]).toEqual([0, 2]);
  });

  it('is not shown for a key that the caller does not see, or without the scope', async () => {
    const other = await startOtherOrganization(world.app, owner, world.query);
    for (const client of [developer, other]) {
      expect((await receiptOf(client, revoked.id)).status).toBe(404);
    }
    const theirs = await makeKey(world.app, other);
    await other.post(`/v1/api-keys/${theirs.id}/revoke`, { reason: 'a test' });
    await integrateAuditLogs(world.app.services);
    const { receipt } = proven(await receiptOf(other, theirs.id));
    expect([receipt.acknowledgements, receipt.pending]).toEqual([[], []]);
    for (const scopes of [
      ['api_keys.manage_all', 'audit.read'],
      ['api_keys.read', 'api_keys.manage_all'],
    ]) {
      const { client } = await makeKey(world.app, owner, { profile: 'custom', scopes });
      expect((await receiptOf(client, revoked.id)).problem.code).toBe('insufficient_scope');
    }
  });
});
