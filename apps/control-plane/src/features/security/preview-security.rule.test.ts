import {
  type RouteOutput,
  type Routes,
  SECURITY_EFFECTS,
  type SecurityEffect,
} from '@tollkeeper/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  arrange,
  observe,
  observedEffects,
  RANGES,
  runJob,
  startScene,
} from './security-scene.fixture.ts';

const KEYS = 5;

/** Few and close to whole days, so that limits are often met exactly, or by the next job only. */
const days = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0, 0.5, 0.999))
  .map(([whole, part]) => whole + part);
const limit = fc.integer({ min: 1, max: 6 });
const ranges = fc.oneof(
  fc.constant([]),
  fc.constantFrom(...RANGES).map((range) => [range]),
  fc.subarray(RANGES, { minLength: 1, maxLength: 2 }),
);
/** Null as often as not. */
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 2 });
const key = fc.record({
  status: fc.constantFrom('active', 'active', 'active', 'disabled', 'revoked'),
  madeAgo: days,
  expiresAgo: maybe(fc.double({ min: -6, max: 1, noNaN: true })),
  usedAgo: maybe(days),
  enabledAgo: maybe(days),
  ranges,
});
const RUNS = process.env.LONG ? 100 : 20;
const keyRows = fc.array(key, { minLength: KEYS, maxLength: KEYS });
const settings = {
  keyLifetimeDaysMax: maybe(limit),
  allowedIps: ranges.map((list) => (list.length > 0 ? ['127.0.0.0/8', ...list] : [])),
  twoFactorRequired: fc.boolean(),
  sessionHoursMax: fc.constantFrom(1, 24, 168, 720),
};
/** A change of nothing is refused. */
const earlier = fc
  .record(settings, { requiredKeys: [] })
  .filter((change) => Object.keys(change).length > 0);
const later = fc.record({
  ...settings,
  keyUnusedDaysMax: maybe(limit),
});
const people = fc.record({ noraIsSafe: fc.boolean(), monaHoursAgo: fc.constantFrom(0, 2, 30) });

function byId(list: readonly { id: string; effects: SecurityEffect[] }[]) {
  return new Map(list.map(({ id, effects }) => [id, effects]));
}

it('does on saving exactly what the preview said', async () => {
  const scene = await startScene(KEYS);
  const save = (body: object) => scene.owner.patch('/v1/security', body);
  const preview = async (body: object) => {
    const { owner } = scene;
    const answer = await owner.post<RouteOutput<Routes['previewSecurity']>>(
      '/v1/security/preview',
      body,
    );
    return answer.body;
  };
  const seen = new Set<SecurityEffect>();
  const agrees = fc.asyncProperty(
    ...([keyRows, people, earlier, later] as const),
    async (rows, who, before, after) => {
      await arrange(scene, rows, who);
      expect((await save(before)).status).toBe(200);
      const shown = await preview(after);
      const then = await observe(scene);
      await save(after);
      const effects = observedEffects(scene, then, await observe(scene), await runJob(scene));
      expect(byId([...shown.keys, ...shown.members])).toEqual(effects);
      expect(shown.keysCount + shown.membersCount).toBe(effects.size);
      for (const each of [...effects.values()].flat()) seen.add(each);
      expect(await preview({})).toMatchObject({ keysCount: 0, membersCount: 0 });
    },
  );
  await fc.assert(agrees, { numRuns: RUNS });
  // Where chance has left an effect out, more of them.
  for (let more = 0; more < 10 && seen.size < SECURITY_EFFECTS.length; more += 1) {
    await fc.assert(agrees, { numRuns: RUNS });
  }
  expect([...seen].sort()).toEqual([...SECURITY_EFFECTS].sort());
});
