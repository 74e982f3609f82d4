import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type DownwardOf,
  type Hello,
  hello as helloSchema,
  PROTOCOL_VERSION,
} from '@tollkeeper/contract';
import { verifyHello } from '@tollkeeper/fleet';
import { z } from 'zod';
import type { Database } from '../db/connect.ts';
import type { Follower } from '../kernel/follower.ts';
import { findGateways, type GatewayFacts } from './find-gateways.ts';

/** A stranger, a wrong signature and anything that is no hello look alike. */
export type Greeting =
  | { readonly outcome: 'admitted'; readonly hello: Hello; readonly gateway: GatewayFacts }
  | {
      readonly outcome: 'refused';
      readonly code: DownwardOf<'refused'>['code'];
      readonly detail: string;
    }
  | { readonly outcome: 'stranger' };

/** Of any protocol: so much stays the same. */
const anyHello = z.object({ type: z.literal('hello'), protocol: z.int() });

/** So that an unknown gateway takes as long as a wrong signature does. */
const nobody = generateKeyPairSync('ed25519').publicKey;

/**
 * Decides who speaks from the answer to this connection's challenge.
 * @throws what the database throws
 */
export async function greet(
  db: Database,
  follower: Pick<Follower, 'catchUp'>,
  nonce: string,
  text: string,
): Promise<Greeting> {
  const said = parseJson(text);
  const spoken = anyHello.safeParse(said);
  if (spoken.success && spoken.data.protocol !== PROTOCOL_VERSION) {
    return {
      outcome: 'refused',
      code: 'protocol',
      detail: `The control plane speaks version ${PROTOCOL_VERSION} of the fleet protocol, the gateway ${spoken.data.protocol}. Bring both to the same release.`,
    };
  }
  const parsed = helloSchema.safeParse(said);
  if (!parsed.success) return { outcome: 'stranger' };
  const hello = parsed.data;
  await follower.catchUp();
  const [gateway] = await findGateways(db, [hello.gatewayId]);
  const key = gateway ? keyOf(gateway) : nobody;
  const isSigned = verifyHello(key, { ...hello, nonce }, hello.signature);
  if (!isSigned || !gateway || gateway.workspaceId !== hello.workspaceId) {
    return { outcome: 'stranger' };
  }
  return { outcome: 'admitted', hello, gateway };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function keyOf({ publicKey }: GatewayFacts): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
