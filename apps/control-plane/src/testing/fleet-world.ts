/** A claimed server with gateways that connect, for tests of the fleet. */
import { findSecret, hashSecret, type KeyFacts, secretFacts } from '@tollkeeper/verify';
import { onTestFinished, vi } from 'vitest';
import type { Client } from './client.ts';
import {
  type GatewayClient,
  type Joined,
  joinWithIdentity,
  openGateway,
} from './gateway-client.ts';
import type { Query } from './query-database.ts';
import { defaultWorkspace, startOrganization } from './start-organization.ts';
import type { TestApp } from './test-app.ts';

export const WAIT = { interval: 5 };

export interface FleetWorld {
  readonly app: TestApp;
  readonly owner: Client;
  readonly query: Query;
  /** The default one. */
  readonly workspaceId: string;
  join(workspaceId?: string, name?: string): Promise<Joined>;
  /** Connects, and says hello; ends with the test. */
  connect(joined: Joined, options?: ConnectOptions): Promise<GatewayClient>;
  /** Waits until it has applied all that its workspace knows. */
  upToDate(gateway: GatewayClient): Promise<void>;
}

type ConnectOptions = Parameters<typeof openGateway>[2] & { readonly app?: TestApp };

export async function startFleetWorld(
  options: Parameters<typeof startOrganization>[0] = {},
): Promise<FleetWorld> {
  const { app, owner, query } = await startOrganization(options);
  const workspaceId = await defaultWorkspace(owner);
  return {
    app,
    owner,
    query,
    workspaceId,
    join: (id = workspaceId, name) => joinWithIdentity(app, owner, id, name),
    async connect(joined, { app: other = app, ...options } = {}) {
      const gateway = openGateway(other, joined, options);
      onTestFinished(() => gateway.close());
      await gateway.hello();
      return gateway;
    },
    async upToDate(gateway) {
      const text = 'select version::int from workspace where id = $1';
      const id = gateway.joined.workspaceId;
      await vi.waitUntil(async () => {
        const [row] = await query<{ version: number }>(text, [id]);
        return row !== undefined && gateway.version() === row.version;
      }, WAIT);
    },
  };
}

/** What the gateway knows of the key with the secret. */
export function factsOf({ index }: GatewayClient, secret: string): KeyFacts | undefined {
  return secretFacts(index(), findSecret(index(), hashSecret(secret)));
}
