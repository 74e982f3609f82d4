import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendNotFound } from './not-found.ts';
import { pageHeaders } from './page-headers.ts';

const YEAR_MS = 365 * 86_400_000;

/** The pages. Files under assets/ carry a hash in their name and never change. */
export async function registerDashboard(
  app: FastifyInstance,
  dir: string,
  baseUrl: string,
): Promise<void> {
  const page = await readFile(join(dir, 'index.html'), 'utf8');
  await app.register(async (pages) => {
    await pages.register(helmet, pageHeaders(baseUrl));
    await pages.register(fastifyStatic, { root: dir, index: false, wildcard: false, maxAge: 0 });
    await pages.register(fastifyStatic, {
      root: join(dir, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      index: false,
      maxAge: YEAR_MS,
      immutable: true,
    });
    pages.get('/*', (request, reply) => {
      const wantsPage = (request.headers.accept ?? '*/*').match(/text\/html|\*\/\*/) !== null;
      const isPage = !/^\/(v1|api|assets)(\/|$)/.test(request.url) && wantsPage;
      if (!isPage) return sendNotFound(request, reply);
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page);
    });
  });
}
