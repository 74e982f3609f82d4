/** Gateways for tests: join keys made and spent through the API, without a running gateway. */
import { randomBytes } from 'node:crypto';
import type { JoinedGateway, JoinKeyWithSecret } from '@tollkeeper/contract';
import type { Answer, Client } from './client.ts';
import { visitor } from './sign-in.ts';
import type { TestApp } from './test-app.ts';

export interface TestJoinKey extends JoinKeyWithSecret {
  readonly secret: string;
}

/** @param body what to ask for beside the defaults */
export async function makeJoinKey(
  maker: Client,
  body: Readonly<Record<string, unknown>> = {},
): Promise<TestJoinKey> {
  const made = await maker.post<JoinKeyWithSecret>('/v1/join-keys', body);
  const { secret } = made.body;
  if (made.status !== 201 || !secret) throw new Error(JSON.stringify(made.body));
  return { ...made.body, secret };
}

/** What a gateway that joins asks; by default one that was never seen before. */
export function joinWith(
  app: Pick<TestApp, 'baseUrl'>,
  joinKey: string,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<Answer<JoinedGateway>> {
  const publicKey = newPublicKey();
  const body = { joinKey, publicKey, name: 'edge', softwareVersion: '0.0.0-test', ...fields };
  return visitor(app).post<JoinedGateway>('/v1/gateways/join', body);
}

export function newPublicKey(): string {
  return randomBytes(32).toString('base64url');
}

/** A gateway in the workspace, which has not connected, and what let it in. */
export async function joinFleet(
  app: Pick<TestApp, 'baseUrl'>,
  maker: Client,
  workspaceId: string,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<{ joinKey: TestJoinKey; gateway: JoinedGateway }> {
  const joinKey = await makeJoinKey(maker, { workspaceId, usesMax: 100 });
  const joined = await joinWith(app, joinKey.secret, fields);
  if (joined.status !== 201) throw new Error(joined.problem.detail);
  return { joinKey, gateway: joined.body };
}
