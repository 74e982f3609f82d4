import { parseAllowance } from '../outgoing/index.ts';
import type { Client } from './client.ts';
import { join } from './join.ts';
import { startOtherOrganization } from './other-organization.ts';
import {
  defaultWorkspace,
  makeKey,
  startOrganization,
  type TestOrganization,
} from './start-organization.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

export interface DeliveryWorld extends TestOrganization {
  readonly receiver: WebhookReceiver;
  /** Does something that has an event, and gives the name of its target. */
  readonly act: () => Promise<string>;
}

/** An organization whose server may send to loopback, and what receives there. */
export async function startDeliveryWorld(
  options: Parameters<typeof startOrganization>[0] = {},
): Promise<DeliveryWorld> {
  const webhookAllowance = parseAllowance('127.0.0.1');
  const organization = await startOrganization({ webhookAllowance, ...options });
  const receiver = await startWebhookReceiver();
  let roles = 0;
  const act = async () => {
    roles += 1;
    const body = { name: `Role ${roles}`, scopes: ['members.read'] };
    return (await organization.owner.post<{ name: string }>('/v1/roles', body)).body.name;
  };
  return { ...organization, receiver, act };
}

/** Callers of whom each lacks something to manage what is delivered. */
export interface LackingCallers {
  readonly stranger: Client;
  readonly viewer: Client;
  /** A key that is confined to a workspace. */
  readonly confined: Client;
  /** A key that manages what is delivered, and reads no events. */
  readonly manager: Client;
}

export async function startLackingCallers({
  app,
  owner,
  query,
}: TestOrganization): Promise<LackingCallers> {
  const { client: viewer } = await join(app, owner, 'Vera', 'role_viewer');
  const stranger = await startOtherOrganization(app, owner, query);
  const workspaceId = await defaultWorkspace(owner);
  const custom = { profile: 'custom', scopes: ['audit.webhook_manage'] };
  const { client: confined } = await makeKey(app, owner, { ...custom, workspaceId });
  const { client: manager } = await makeKey(app, owner, custom);
  return { stranger, viewer, confined, manager };
}
