import Fastify from 'fastify';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { DomainError } from '../domain-error.ts';
import { problemSender } from './problem.ts';

/** What is logged of the error that a route throws. */
async function logged(error: Error): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const server = Fastify();
  server.setErrorHandler(problemSender(pino({}, { write: (line) => lines.push(line) })));
  server.get('/v1/faulty', () => Promise.reject(error));
  expect((await server.inject('/v1/faulty')).statusCode).toBe(503);
  await server.close();
  return lines.map((line) => JSON.parse(line));
}

it('logs as one warning without a stack what is refused because too much runs already', async () => {
  const refused = new DomainError('unavailable', 'Too much runs already. Try again later.');

  const [line, ...others] = await logged(refused);

  expect(others).toEqual([]);
  expect(line).toMatchObject({ level: 40, msg: 'unavailable', route: '/v1/faulty' });
  expect(JSON.stringify(line)).not.toContain('stack');
});

it('logs with its stack what failed', async () => {
  const cause = new Error('connect ECONNREFUSED');

  const [line] = await logged(new DomainError('unavailable', 'Not now.', { cause }));

  expect(line).toMatchObject({
    level: 50,
    err: { stack: expect.stringContaining('ECONNREFUSED') },
  });
});
