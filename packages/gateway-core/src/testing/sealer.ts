import { type KeyObject, randomBytes } from 'node:crypto';
import {
  createIdentity,
  type Downward,
  type DownwardOf,
  encodePart,
  encodeParts,
  type Format,
  sealFrame,
} from '@tollkeeper/protocol';
import { createWorld, idOf, ORGANIZATION, WORKSPACE, type World } from './world.ts';

/** For tests: makes what a control plane sends about a world. */
export interface Sealer {
  readonly signingKey: KeyObject;
  readonly world: World;
  /** Of the parts that it makes from now on. */
  format: Format;
  seal(header: Downward, body?: Uint8Array): Uint8Array;
  /** @param nonce of the hello, as in the next; of any connection unless given */
  gateway(nonce: string, facts?: Partial<DownwardOf<'gateway'>>): Uint8Array;
  lineage(nonce: string, facts?: Partial<DownwardOf<'lineage'>>): Uint8Array;
  /** @param nonce of a check, or of the hello */
  confirmed(nonce: string, facts?: Partial<DownwardOf<'confirmed'>>): Uint8Array;
  /** The parts of a whole snapshot of now. */
  snapshot(facts?: Partial<DownwardOf<'snapshot'>>): Uint8Array[];
  /** What changed since the version. */
  changes(from: number, facts?: Partial<DownwardOf<'changes'>>): Uint8Array;
}

const PLACE = { organizationId: ORGANIZATION, workspaceId: WORKSPACE };
/** Small, so that even a small world has several. */
const PART_BYTES = 100;

export function createSealer(world: World = createWorld(), signingKey = createIdentity()): Sealer {
  /** Rises with each message, as the clock does that a control plane tells the time by. */
  let issuedAtMs = 1_700_000_000_000;
  const epoch = randomBytes(16).toString('hex');
  const seal = (header: Downward, body: Uint8Array = new Uint8Array()) =>
    sealFrame(header, body, signingKey);
  const sealer: Sealer = {
    signingKey,
    world,
    format: 2,
    seal,
    gateway: (nonce, facts) =>
      seal({
        type: 'gateway',
        nonce,
        gatewayId: idOf('gw', 1),
        ...PLACE,
        name: 'edge-1',
        labels: {},
        draining: false,
        ...facts,
      }),
    lineage: (nonce, facts) =>
      seal({
        ...{ type: 'lineage', nonce, ...PLACE, epoch },
        ...{ version: world.version(), continues: true },
        ...facts,
      }),
    confirmed: (nonce, facts) =>
      seal({ type: 'confirmed', nonce, version: world.version(), ...facts }),
    snapshot(facts) {
      const version = world.version();
      issuedAtMs += 1;
      const parts = [...encodeParts(world.entries(), PART_BYTES, sealer.format)];
      return parts.map((body, part) => {
        const latest = part === parts.length - 1 ? world.position() : null;
        return seal(
          { type: 'snapshot', ...PLACE, epoch, version, issuedAtMs, part, latest, ...facts },
          body,
        );
      });
    },
    changes(from, facts) {
      const body = encodePart(world.since(from), sealer.format);
      const [to, latest] = [world.version(), world.position()];
      return seal({ type: 'changes', ...PLACE, epoch, from, to, latest, ...facts }, body);
    },
  };
  return sealer;
}
