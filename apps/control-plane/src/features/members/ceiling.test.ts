import type { Scope } from '@tollkeeper/contract';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { expected, expectWithinCeiling, make, roleOf, rotate } from './ceiling-keys.fixture.ts';
import {
  changeRole,
  editRole,
  handOver,
  reinstate,
  reset,
  startWorld,
  suspend,
  transfer,
  type World,
} from './ceiling-world.fixture.ts';

const RUNS = process.env.LONG ? 100 : 8;
const STEPS_MAX = process.env.LONG ? 30 : 12;
const RUN_MS = 20_000;
/** Short sequences find little: they are for the reader of a failure. */
const LENGTHS = { minLength: STEPS_MAX / 2, maxLength: STEPS_MAX, size: 'max' } as const;

const SCOPES: Scope[] = [
  'api_keys.create',
  'api_keys.read',
  'api_keys.manage_all',
  'members.read',
  'billing.read',
  'policies.create',
  'organization.delete',
];

const scopes = fc.subarray(SCOPES, { minLength: 1 });
const at = fc.nat(99);
const isWithin = fc.boolean();
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('changeRole' as const), at, to: at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('editRole' as const), at, scopes }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('suspend' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reinstate' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('transfer' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('handOver' as const), at, to: at }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('make' as const), at, scopes, isWithin }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('breed' as const), at, scopes, isWithin }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rotate' as const), at, to: at }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

describe('the ceiling, while everything around a key changes', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });

  it(
    'holds after each step: no key acts beyond its owner, and none beyond its creator',
    () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, LENGTHS), async (steps) => {
          await reset(world);
          await sow(world);
          for (const each of steps) {
            await take(world, each);
            await Promise.all(world.keys.map((key) => expectWithinCeiling(world, key)));
          }
        }),
        { numRuns: RUNS, endOnFailure: true },
      ),
    RUNS * RUN_MS,
  );
});

/** Each who may makes a key that can do all they can, and it makes another: else few steps matter. */
async function sow(world: World): Promise<void> {
  for (const who of world.people) {
    const held = roleOf(world, who);
    const wish = { scopes: SCOPES, isWithin: true };
    await make(world, { client: who.client, owner: who, held }, undefined, wish);
    const key = world.keys.find((each) => each.owner === who);
    if (key)
      await make(world, { client: key.client, owner: who, held: expected(world, key) }, key, wish);
  }
}

async function take(world: World, each: Step): Promise<void> {
  const who = pick(world.people, each.at);
  const key = world.keys.length > 0 ? pick(world.keys, each.at) : undefined;
  switch (each.do) {
    case 'changeRole':
      return changeRole(world, who, pick([...world.roles.keys()].slice(1), each.to));
    case 'editRole':
      return editRole(world, pick(world.customRoleIds, each.at), each.scopes);
    case 'suspend':
      return suspend(world, who);
    case 'reinstate':
      return reinstate(world, who);
    case 'transfer':
      return transfer(world, who);
    case 'handOver':
      return handOver(world, who, pick(world.people, each.to));
    case 'make': {
      const held = who.isSuspended ? new Set<Scope>() : roleOf(world, who);
      return make(world, { client: who.client, owner: who, held }, undefined, each);
    }
    case 'breed': {
      if (!key) return;
      const creator = { client: key.client, owner: key.owner, held: expected(world, key) };
      return make(world, creator, key, each);
    }
    case 'rotate':
      return key && rotate(world, key, pick(world.keys, each.to));
  }
}

function pick<T>(list: readonly T[], position: number): T {
  return list[position % list.length] as T;
}
