import { describe, expect, it } from 'vitest';
import { compilePolicies } from './compile-policies.ts';
import { UnsupportedPolicyError } from './read-json.ts';

describe('a policy that cannot be compiled is refused by name', () => {
  const conditions: readonly [reason: string, body: unknown][] = [
    ['"unknown" is not supported', { unknown: [{ Value: 'x' }] }],
    ['"Slot" is not supported', { Slot: '?principal' }],
    ['"ip" does not take 0 operands', { ip: [] }],
    ['"isInRange" does not take 3 operands', { isInRange: [literal(), literal(), literal()] }],
    ['the variable "subject" is not supported', { Var: 'subject' }],
    ['the number 9007199254740992 is beyond ±9007199254740991', { Value: 2 ** 53 }],
    ['the number 0.5 is beyond ±9007199254740991', { Value: 0.5 }],
    ['a literal of this kind is not supported', { Value: { __extn: { fn: 'ip', arg: '::' } } }],
    ['a literal of this kind is not supported', { Value: null }],
    ['"==" lacks "right"', { '==': { left: literal() } }],
    ['"extra" of "!" is not supported', { '!': { arg: literal(), extra: 1 } }],
    ['an expression has not one operator', {}],
    ['an expression has not one operator', { Value: 1, Var: 'context' }],
    ['an expression is no object', 'true'],
    ['a pattern is no object', { like: { left: literal(), pattern: ['Anything'] } }],
    ['"has" names no attribute', { has: { left: literal(), attr: [] } }],
    ['"constructor" is not supported', { constructor: [] }],
  ];
  it.each(conditions)('%s', (reason, body) => {
    expect(() => compile({ conditions: [{ kind: 'when', body }] })).toThrow(
      new UnsupportedPolicyError('pol_1', reason),
    );
  });

  const parts: readonly [reason: string, part: object][] = [
    ['the effect "allow" is not supported', { effect: 'allow' }],
    [
      'a condition of the kind "if" is not supported',
      { conditions: [{ kind: 'if', body: literal() }] },
    ],
    ['the operator "like" of the scope of "action" is not supported', { action: { op: 'like' } }],
    ['the scope of "principal" lacks "entity"', { principal: slotScope('==') }],
    ['"slot" of a scope is not supported', { resource: slotScope('in') }],
    ['"priority" of the policy is not supported', { priority: 1 }],
  ];
  it.each(parts)('%s', (reason, part) => {
    expect(() => compile(part)).toThrow(new UnsupportedPolicyError('pol_1', reason));
  });
});

it('refuses what is nested too deep for the stack, and takes long chains', () => {
  const not = (times: number) => nested(times, (arg) => ({ '!': { arg } }));
  expect(() => compile(when(not(99)))).not.toThrow();
  const reason = 'it is nested more than 100 levels deep';
  expect(() => compile(when(not(100)))).toThrow(new UnsupportedPolicyError('pol_1', reason));
  expect(() => compile(when(not(100_000)))).toThrow(new UnsupportedPolicyError('pol_1', reason));
  for (const name of ['&&', '||']) {
    const left = nested(5000, (operand) => ({ [name]: { left: operand, right: literal() } }));
    const right = nested(5000, (operand) => ({ [name]: { left: literal(), right: operand } }));
    expect(() => compile(when(left))).not.toThrow();
    expect(() => compile(when(right))).not.toThrow();
  }
});

it('refuses a policy that is too large', () => {
  const set = (size: number) =>
    when({ contains: { left: { Set: Array(size).fill(literal()) }, right: literal() } });
  expect(() => compile(set(19_000))).not.toThrow();
  expect(() => compile(set(20_000))).toThrow('it has more than 20,000 operators and values');
});

function compile(part: object) {
  const all = { op: 'All' };
  const policy = { effect: 'permit', principal: all, action: all, resource: all, conditions: [] };
  return compilePolicies([['pol_1', { ...policy, ...part }]]);
}

function when(body: unknown) {
  return { conditions: [{ kind: 'when', body }] };
}

function nested(times: number, wrap: (inner: unknown) => unknown): unknown {
  let body: unknown = literal();
  for (let i = 0; i < times; i++) body = wrap(body);
  return body;
}

function literal() {
  return { Value: true };
}

function slotScope(op: string) {
  return { op, slot: '?principal' };
}
