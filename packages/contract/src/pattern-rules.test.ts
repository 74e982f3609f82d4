import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PATTERN_RULES } from './pattern-rules.ts';
import type { Route } from './route.ts';
import { routes } from './routes/index.ts';

/** Every pattern that a request must match, and those of its formats that have none. */
function patternsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { pattern, format } = value as { pattern?: unknown; format?: unknown };
  const own = typeof pattern === 'string' ? [pattern] : typeof format === 'string' ? [format] : [];
  return [...own, ...Object.values(value).flatMap(patternsOf)];
}

describe('a field that does not match its pattern is refused in words that say what to send', () => {
  it.each(Object.entries<Route>(routes))('%s', (_name, { params, query, body }) => {
    for (const schema of [params, query, body]) {
      if (!schema) continue;
      const json = z.toJSONSchema(schema, {
        io: 'input',
        target: 'draft-7',
        unrepresentable: 'any',
      });
      for (const pattern of patternsOf(json)) {
        expect(PATTERN_RULES.get(pattern), pattern).toMatch(/^must /);
      }
    }
  });

  it('names the form of an id', () => {
    expect([...PATTERN_RULES.values()]).toContain('must be an id of the form key_…');
  });
});
