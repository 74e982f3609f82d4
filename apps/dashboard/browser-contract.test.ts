import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leaveOut } from './browser-contract.config.ts';

const SOURCES = join(import.meta.dirname, 'src');

it('leaves out what only servers and documents ask of a route', () => {
  const left = leaveOut(`
    export const getThing = defineRoute({
      method: 'GET', path: '/v1/things/{id}', access: 'things.read',
      summary: 'Get a thing', params: z.object({ id: thingId.meta({ examples: ['a'] }) }),
      response: thing.extend({ size: z.number().meta({ description: 'In bytes' }).optional() }),
      errors: ['not_found'] });`);
  expect(left.replace(/\s+/g, ' ')).toBe(
    ` export const getThing = /*@__PURE__*/(() => defineRoute({ method: 'GET', path: '/v1/things/{id}', response: thing.extend({ size: z.number().optional() }), }))();`,
  );
});

it('leaves all else as it is', () => {
  const text = `import { z } from 'zod';
    export const MAX = 3, RULE = /^a,b$/;
    export function list(item) { return z.object({ params: item, meta: [defineRoute] }); }
    export const routes = { getThing: things.getThing };`;
  expect(leaveOut(text)).toBe(text);
});

it('is all that the dashboard asks of routes: their paths, and what changes nothing', () => {
  const asking = globSync('**/*.{ts,tsx}', { cwd: SOURCES }).filter((file) =>
    /^import (?!type )[^;]*\broutes\b[^;]* from '@tollkeeper\/contract';$/m.test(
      readFileSync(join(SOURCES, file), 'utf8'),
    ),
  );
  expect(asking.filter((file) => !file.includes('.test.'))).toEqual(['lib/offer-undo.ts']);
});
