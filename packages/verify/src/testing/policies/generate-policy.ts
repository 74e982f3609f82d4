import type { Clause, Effect, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { generateExpression } from './generate-expression.ts';
import type { Random } from './random.ts';
import { ENTITIES, ENTITY_TYPES } from './samples.ts';

/** For tests: a random policy in Cedar's JSON form, over the whole language. */
export function generatePolicy(random: Random): PolicyJson {
  const effect: Effect = random.chance(0.65) ? 'permit' : 'forbid';
  return {
    effect,
    principal: scope(random, 'ApiKey'),
    action: actionScope(random),
    resource: scope(random, 'Toll::Route'),
    conditions: random.list(2, () => clause(random)),
  };
}

function clause(random: Random): Clause {
  const kind = random.chance(0.7) ? 'when' : 'unless';
  return { kind, body: generateExpression(random, 'bool', 1 + random.below(4)) };
}

function scope(random: Random, type: string): PolicyJson['principal'] {
  const alike = ENTITIES.filter((each) => each.type === type);
  const entity = random.pick(random.chance(0.7) ? alike : ENTITIES);
  const entityType = random.chance(0.8) ? type : random.pick(ENTITY_TYPES);
  switch (random.below(10)) {
    case 0:
      return { op: '==', entity };
    case 1:
      return { op: 'in', entity: random.pick(ENTITIES) };
    case 2:
      return { op: 'is', entity_type: entityType };
    case 3:
      return { op: 'is', entity_type: entityType, in: { entity: random.pick(ENTITIES) } };
    default:
      return { op: 'All' };
  }
}

function actionScope(random: Random): PolicyJson['action'] {
  const action = () => random.pick(ENTITIES.filter(({ type }) => type === 'Action'));
  switch (random.below(8)) {
    case 0:
      return { op: '==', entity: action() };
    case 1:
      return { op: 'in', entity: action() };
    case 2:
      return { op: 'in', entities: random.list(3, action) };
    default:
      return { op: 'All' };
  }
}
