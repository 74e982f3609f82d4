import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decidePolicies } from './decide-policies.ts';
import { putOwner } from './index/key-holders.ts';
import { findSecret, putSecret } from './index/key-index.ts';
import { createKeyIndex } from './index/key-store.ts';
import { routeEntity } from './policies/entity-model.ts';
import { putPolicy } from './policies/policy-store.ts';
import { exampleKey, exampleOwner } from './testing/example-key.ts';
import { statementsOf } from './testing/policies/statements.ts';

const PLACE = { organizationId: 'org_1', workspaceId: 'ws_1' };
const HASH = new Uint8Array(32).fill(1);
const ROUTE = { gateway: 'edge-1', path: '/', host: 'api.example.com', labels: {} };

const text = fc.constantFrom('/a', '/A', '/a/b', '/a/B');
const part = fc.oneof(
  text.map((path) => `context.path like "${path}*"`),
  text.map((path) => `context.path like "*${path}"`),
  text.map((path) => `context.path == "${path}"`),
  text.map((path) => `["${path}"].contains(context.path)`),
  text.map((path) => `["${path}"].containsAny([context.path])`),
  text.map((path) => `(if context.method == "GET" then context else context).path like "${path}"`),
  fc.constantFrom('context.method == "GET"', 'context.method == "PUT"', 'context has mcp'),
);
const condition = fc.oneof(
  part,
  part.map((one) => `!(${one})`),
  fc.tuple(part, part).map(([one, other]) => `${one} && ${other}`),
  fc.tuple(part, part).map(([one, other]) => `${one} || ${other}`),
  fc.tuple(part, part, part).map(([test, one, other]) => `if ${test} then ${one} else ${other}`),
);
const statement = fc
  .tuple(fc.constantFrom('permit', 'forbid'), condition)
  .map(([effect, when]) => `${effect} (principal, action, resource) when { ${when} };`);

const PERMIT = 'permit (principal, action, resource);';
const FORBID = 'forbid (principal, action, resource) when { context.path like "/a/b*" };';

it('a path and its lower case, evaluated in one go, are decided as one after the other', () => {
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 4 }), text, (statements, path) => {
      const folded = [path.toLowerCase()];
      // A second reading like the first adds nothing, but is evaluated by itself, as the folded one then is.
      const apart = decideWith(statements, path, { exact: [path], folded });
      expect(decideWith(statements, path, { exact: [], folded })).toEqual(apart);
    }),
    { numRuns: process.env.LONG ? 20_000 : 200, examples: [[[PERMIT, FORBID], '/a/B']] },
  );
});

function decideWith(
  statements: readonly string[],
  path: string,
  readings: { exact: string[]; folded: string[] },
) {
  const index = createKeyIndex();
  putOwner(index, exampleOwner());
  putSecret(index, HASH, exampleKey());
  for (const [i, text] of statements.entries()) {
    const policy = { policyId: `pol_${i}`, ...PLACE, mode: 'enforce' as const };
    putPolicy(index, { ...policy, statements: statementsOf(text) });
  }
  const call = {
    ...{ route: routeEntity({ id: 'edge-1/', ...ROUTE }), ip: '10.1.2.3', method: 'GET', path },
    ...{ otherPaths: () => readings, otherMethods: () => [], header: () => undefined },
  };
  const secret = { slot: findSecret(index, HASH), environment: 'live' } as const;
  const { decision, lacking, enforced } = decidePolicies(index, secret, PLACE, () => call, 0);
  return { decision, lacking, determining: enforced?.determining.toSorted() };
}
