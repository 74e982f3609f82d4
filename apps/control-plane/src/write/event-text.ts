import { createHash } from 'node:crypto';
import { AUDIT_EVENT_BYTES_MAX } from '@tollkeeper/contract';
import { auditLeafText, canonicalJson } from '@tollkeeper/transparency-log';
import type { Origin } from '../context.ts';

export type Facts = Readonly<Record<string, unknown>>;

/** All of an event: what its hash covers, and what is a leaf of the transparency log. */
export interface HashedEvent extends Origin {
  readonly id: string;
  readonly organizationId: string;
  readonly sequence: number;
  readonly at: Date;
  readonly actor: object;
  readonly action: string;
  readonly target: object;
  readonly before: Facts | null;
  readonly after: Facts | null;
}

/**
 * The event, with what is recorded of before and after cut until it fits, and its canonical JSON
 * (RFC 8785). The largest values are cut first, each replaced by its size and SHA-256.
 */
export function boundedEvent<E extends HashedEvent>(whole: E): { event: E; text: string } {
  let event = whole;
  let text = auditLeafText(event);
  while (isTooLong(text)) {
    event = withoutLargest(event);
    text = auditLeafText(event);
  }
  return { event, text };
}

function isTooLong(text: string): boolean {
  // No code unit takes more than three bytes: of nearly all events, the bytes need not be counted.
  return text.length * 3 > AUDIT_EVENT_BYTES_MAX && Buffer.byteLength(text) > AUDIT_EVENT_BYTES_MAX;
}

const SIDES = ['before', 'after'] as const;

/** @throws Error if all is cut already, which no event can come to */
function withoutLargest<E extends HashedEvent>(event: E): E {
  const values = SIDES.flatMap((side) =>
    Object.entries(event[side] ?? {}).map(([name, value]) => {
      const text = canonicalJson(value ?? null);
      return { side, name, text, bytes: Buffer.byteLength(text) };
    }),
  );
  const largest = values.reduce((one, other) => (other.bytes > one.bytes ? other : one), NOTHING);
  const { side, name, text, bytes } = largest;
  if (bytes <= MARKER_BYTES_MAX) throw new Error('An audit event is too large to be cut');
  const marker = { cut: { bytes, sha256: createHash('sha256').update(text).digest('hex') } };
  return { ...event, [side]: { ...event[side], [name]: marker } };
}

/** More than a marker has. */
const MARKER_BYTES_MAX = 200;
const NOTHING = { side: 'before' as (typeof SIDES)[number], name: '', text: '', bytes: 0 };
