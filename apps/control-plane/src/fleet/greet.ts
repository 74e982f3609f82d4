import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  type DownwardOf,
  type Hello,
  hello as helloSchema,
  verifyHello,
} from '@tollkeeper/protocol';
import { z } from 'zod';
import type { ChangeFeed } from '../replication/change-feed.ts';
import type { GatewayFacts } from './find-gateways.ts';

/**
 * A wrong signature and anything that is no hello look alike. A hello of a gateway that is not in the
 * fleet is answered that it was removed: one that was away when that happened must stop as well, and
 * its public key is gone with it. That does not help to guess an id, which is 119 random bits.
 */
export type Greeting =
  | { readonly outcome: 'admitted'; readonly hello: Hello; readonly gateway: GatewayFacts }
  | {
      readonly outcome: 'refused';
      readonly code: DownwardOf<'refused'>['code'];
      readonly detail: string;
    }
  | { readonly outcome: 'removed'; readonly gatewayId: string; readonly nonce: string }
  /** The gateway that it claimed to be, if there is one. */
  | { readonly outcome: 'stranger'; readonly claimed?: GatewayFacts };

/** The part of a hello that is the same in every version of the protocol. */
const anyHello = z.object({ type: z.literal('hello'), protocol: z.int() });

/** What a connection began with. */
export interface Challenge {
  readonly protocol: number;
  readonly nonce: string;
}

/**
 * Authenticates a connection by the answer to its challenge.
 * @throws what the database throws
 */
export async function greet(
  find: (gatewayId: string) => Promise<GatewayFacts | undefined>,
  changeFeed: Pick<ChangeFeed, 'catchUp'>,
  { protocol, nonce }: Challenge,
  text: string,
): Promise<Greeting> {
  const said = parseJson(text);
  const spoken = anyHello.safeParse(said);
  if (spoken.success && spoken.data.protocol !== protocol) {
    return {
      outcome: 'refused',
      code: 'protocol',
      detail: `The control plane speaks version ${protocol} of the fleet protocol, the gateway ${spoken.data.protocol}. Bring both to the same release.`,
    };
  }
  const parsed = helloSchema.safeParse(said);
  if (!parsed.success) return { outcome: 'stranger' };
  const hello = parsed.data;
  await changeFeed.catchUp();
  const gateway = await find(hello.gatewayId);
  if (!gateway) return { outcome: 'removed', gatewayId: hello.gatewayId, nonce: hello.nonce };
  const isSigned = verifyHello(keyOf(gateway), nonce, hello, hello.signature);
  if (!isSigned || gateway.workspaceId !== hello.workspaceId) {
    return { outcome: 'stranger', claimed: gateway };
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
