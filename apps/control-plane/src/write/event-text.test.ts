import { createHash } from 'node:crypto';
import { AUDIT_EVENT_BYTES_MAX } from '@tollkeeper/contract';
import { canonicalJson } from '@tollkeeper/transparency-log';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedEvent, type Facts } from './event-text.ts';

function eventWith(before: Facts | null, after: Facts | null) {
  return {
    ...{ id: 'evt_1', organizationId: 'org_1', sequence: 1, at: new Date(0) },
    ...{ actor: { type: 'operator' }, action: 'policy.update', target: { type: 'policy' } },
    ...{ before, after, ip: null, userAgent: null, requestId: 'req_1' },
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('an event', () => {
  it('is kept whole up to the last byte that fits', () => {
    const { text: empty } = boundedEvent(eventWith(null, { text: '' }));
    const room = AUDIT_EVENT_BYTES_MAX - Buffer.byteLength(empty);
    const fits = 'é'.repeat(Math.floor(room / 2)) + 'x'.repeat(room % 2);
    const whole = eventWith(null, { text: fits });
    expect(boundedEvent(whole).event).toBe(whole);
    const tooLong = boundedEvent(eventWith(null, { text: `${fits}x` }));
    expect(tooLong.event.after).toMatchObject({ text: { cut: {} } });
  });

  it('names the size and the hash of what was cut, the largest first', () => {
    const facts = { name: 'Office only', text: '茶'.repeat(20_000), description: 'x'.repeat(200) };
    const { event } = boundedEvent(eventWith(facts, { ...facts, text: '茶'.repeat(2000) }));
    const cut = { bytes: 60_002, sha256: sha256(canonicalJson(facts.text)) };
    expect(event.before).toEqual({ ...facts, text: { cut } });
    expect(event.after).toEqual({ ...facts, text: '茶'.repeat(2000) });
  });

  it('always fits, whatever was recorded', () => {
    const value = fc.oneof(
      fc.nat(120_000).map((length) => '☃'.repeat(length)),
      fc.nat(9000).map((length) => Array.from({ length }, (_, at) => ({ id: `key_${at}` }))),
      fc.string(),
      fc.constant(null),
    );
    const facts = fc.option(fc.dictionary(fc.string({ maxLength: 20 }), value, { maxKeys: 6 }));
    fc.assert(
      fc.property(facts, facts, (before, after) => {
        const { event, text } = boundedEvent(eventWith(before, after));
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(AUDIT_EVENT_BYTES_MAX);
        expect(JSON.parse(text)).toEqual(
          JSON.parse(JSON.stringify({ ...event, at: event.at.toISOString() })),
        );
      }),
      { numRuns: 20 },
    );
  });
});
