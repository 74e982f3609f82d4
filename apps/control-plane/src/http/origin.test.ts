import { createSecret } from '@tollkeeper/verify';
import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { originOf } from './origin.ts';

const SECRET = createSecret('tk_live_', (count) => new Uint8Array(count));

function agentOf(agent: string): string | null {
  const headers = { 'user-agent': agent };
  return originOf({ id: 'req_1', ip: '::1', headers } as unknown as FastifyRequest).userAgent;
}

it('keeps 256 characters of what a client says that it is, and no key among them', () => {
  expect(agentOf('a'.repeat(4000))).toBe('a'.repeat(256));
  expect(agentOf(`curl ${SECRET}`)).not.toContain(SECRET.slice(12));
  expect(agentOf(`${'a'.repeat(230)} ${SECRET}`)).not.toContain('tk_live_0000000000');
  expect(agentOf('a\nb\x1b[31m')).toBe('a?b?[31m');
  expect(agentOf('')).toBeNull();
});
