import type { Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { formatIpAddress } from '../../ip-address.ts';
import { compileExpression } from '../../policies/compile-expression.ts';
import type { Long } from '../../policies/long.ts';
import { readExpression } from '../../policies/read-expression.ts';
import { startReading } from '../../policies/read-json.ts';
import type { PolicyRequest } from '../../policies/request.ts';
import type { Value } from '../../policies/value.ts';
import { generateExpression } from './generate-expression.ts';
import type { Random } from './random.ts';
import { TYPES } from './samples.ts';

export interface Probe {
  readonly expression: Expr;
  readonly policyFor: (request: PolicyRequest) => PolicyJson;
}

/**
 * For tests: a policy that permits where a random expression has the value that it has here, so that
 * Cedar has to come to the very same value, or to err too.
 */
export function generateProbe(random: Random): Probe {
  const left = generateExpression(random, random.pick(TYPES), 1 + random.below(3));
  const code = compileExpression(readExpression(startReading('probe'), left), {});
  const policyFor = (request: PolicyRequest): PolicyJson => {
    const value = code.known ? code.value : code.evaluate(request);
    const right = value === undefined ? { Value: true } : toExpression(value);
    const all = { op: 'All' } as const;
    return {
      ...{ effect: 'permit', principal: all, action: all, resource: all },
      conditions: [{ kind: 'when', body: { '==': { left, right } } }],
    };
  };
  return { expression: left, policyFor };
}

/** The value as policies write it. */
function toExpression(value: Value): Expr {
  if (typeof value === 'boolean' || typeof value === 'string') return { Value: value };
  if (typeof value !== 'object') return longExpression(value);
  switch (value.kind) {
    case 'entity':
      return { Value: { __entity: { type: value.type, id: value.id } } };
    case 'set':
      return { Set: [...value.strings, ...value.others.values()].map(toExpression) };
    case 'record': {
      const fields = [...value.fields].map(([name, field]) => [name, toExpression(field)] as const);
      return { Record: Object.fromEntries(fields) };
    }
    case 'ip':
      return { ip: [{ Value: `${formatIpAddress(value)}/${value.bits}` }] };
    case 'decimal':
      return { decimal: [{ Value: decimalText(BigInt(value.amount)) }] };
    case 'datetime': {
      const epoch: Expr = { datetime: [{ Value: '1970-01-01' }] };
      return { offset: [epoch, { duration: [{ Value: `${value.amount}ms` }] }] };
    }
    case 'duration':
      return { duration: [{ Value: `${value.amount}ms` }] };
  }
}

/** JSON does not carry large numbers exactly. */
function longExpression(value: Long): Expr {
  if (typeof value === 'number') return { Value: value };
  const left = { '*': { left: { Value: Number(value / 2048n) }, right: { Value: 2048 } } };
  return { '+': { left, right: { Value: Number(value % 2048n) } } };
}

function decimalText(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(5, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
