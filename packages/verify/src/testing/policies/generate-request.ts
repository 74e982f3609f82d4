import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Random } from './random.ts';
import {
  ATTRIBUTES,
  DATETIMES,
  DECIMALS,
  DURATIONS,
  ENTITIES,
  IPS,
  LONGS,
  STRINGS,
  TYPES,
  type Type,
} from './samples.ts';

/** For tests: a request as Cedar takes it. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
}

/**
 * Mostly about what the policies name: Cedar reads each request anew, and takes most of the time for
 * that.
 */
export function generateRequest(random: Random, policies: unknown): CedarRequest {
  const text = JSON.stringify(policies);
  const names = TYPES.flatMap((type) =>
    ATTRIBUTES[type]
      .filter((name) => random.chance(text.includes(JSON.stringify(name)) ? 0.9 : 0.05))
      .map((name) => [name, type] as const),
  );
  const principal = anEntity(random, random.chance(0.9) ? 'ApiKey' : undefined);
  const action = anEntity(random, random.chance(0.9) ? 'Action' : undefined);
  const resource = anEntity(random, random.chance(0.8) ? 'Toll::Route' : undefined);
  const asked = [principal, action, resource];
  const known = ENTITIES.filter((each) => random.chance(asked.includes(each) ? 0.8 : 0.05));
  return {
    principal,
    action,
    resource,
    context: attributes(random, names, 0.9),
    entities: known.map((uid) => ({
      uid,
      attrs: attributes(random, names, asked.includes(uid) ? 0.8 : 0.3),
      parents: ENTITIES.slice(ENTITIES.indexOf(uid) + 1).filter(() => random.chance(0.15)),
      ...(text.includes('Tag"') ? { tags: someTags(random) } : {}),
    })),
  };
}

function anEntity(random: Random, type: string | undefined): TypeAndId {
  return random.pick(ENTITIES.filter((each) => type === undefined || each.type === type));
}

function someTags(random: Random): Record<string, CedarValueJson> {
  const tag = () => [random.pick(STRINGS), dataOf(random, random.pick(TYPES), 1)] as const;
  return Object.fromEntries(random.list(3, tag));
}

/** Mostly of the types that the names say. */
function attributes(
  random: Random,
  names: readonly (readonly [string, Type])[],
  density: number,
): Record<string, CedarValueJson> {
  return Object.fromEntries(
    names
      .filter(() => random.chance(density))
      .map(([name, type]) => [
        name,
        dataOf(random, random.chance(0.96) ? type : random.pick(TYPES), 2),
      ]),
  );
}

function dataOf(random: Random, type: Type, depth: number): CedarValueJson {
  switch (type) {
    case 'bool':
      return random.chance(0.5);
    case 'long':
      return random.pick(LONGS);
    case 'string':
      return random.pick(STRINGS);
    case 'entity':
      return { __entity: random.pick(ENTITIES) };
    case 'set': {
      const member = random.pick(depth > 0 ? TYPES : (['long', 'string', 'entity'] as const));
      return random.list(3, () => dataOf(random, member, depth - 1));
    }
    case 'record':
      return depth > 0 ? someRecord(random, depth) : {};
    case 'ip':
      return { __extn: { fn: 'ip', arg: random.pick(IPS) } };
    case 'decimal':
      return { __extn: { fn: 'decimal', arg: random.pick(DECIMALS) } };
    case 'datetime':
      return { __extn: { fn: 'datetime', arg: random.pick(DATETIMES) } };
    case 'duration':
      return { __extn: { fn: 'duration', arg: random.pick(DURATIONS) } };
  }
}

function someRecord(random: Random, depth: number): CedarValueJson {
  const field = () => {
    const type = random.pick(TYPES);
    return [random.pick(ATTRIBUTES[type]), dataOf(random, type, depth - 1)] as const;
  };
  return Object.fromEntries(random.list(2, field));
}
