import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import { DASHBOARD_PATHS } from '@tollkeeper/contract';
import type { FastifyInstance } from 'fastify';
import { pageHeaders } from './headers.ts';
import type { SendNotFound } from './not-found.ts';
import { basePathOf } from './server-options.ts';

const YEAR_MS = 365 * 86_400_000;

const PAGES = DASHBOARD_PATHS.map(
  (path) => new RegExp(`^${path.replace(/\$\w+/g, '[^/]+').replace(/\/$/, '')}/?$`),
);

/** The pages. Files under assets/ carry a hash in their name and never change. */
export async function registerDashboard(
  app: FastifyInstance,
  dir: string,
  baseUrl: string,
  sendNotFound: SendNotFound,
): Promise<void> {
  const page = rebase(await readFile(join(dir, 'index.html'), 'utf8'), baseUrl);
  await app.register(async (pages) => {
    await pages.register(helmet, pageHeaders(baseUrl));
    await pages.register(fastifyStatic, {
      root: dir,
      index: false,
      wildcard: false,
      globIgnore: ['assets/**'],
      maxAge: 0,
    });
    await pages.register(fastifyStatic, {
      root: join(dir, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      index: false,
      maxAge: YEAR_MS,
      immutable: true,
    });
    pages.get('/*', (request, reply) => {
      const [path = ''] = request.url.split('?', 1);
      const accept = request.headers.accept ?? '*/*';
      const isKnown = PAGES.some((pattern) => pattern.test(path));
      // A person who follows a dead link gets a page that says so; a program gets a problem.
      const isPage = isKnown ? /text\/html|\*\/\*/.test(accept) : accept.includes('text/html');
      if (!isPage || /^\/(v1|api|assets)(\/|$)/.test(path)) return sendNotFound(request, reply);
      return reply
        .status(isKnown ? 200 : 404)
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(page);
    });
  });
}

/** The build refers to its files relatively; pages stand at many depths. */
function rebase(page: string, baseUrl: string): string {
  const basePath = basePathOf(baseUrl);
  return page
    .replace(/(src|href)="\.\//g, `$1="${basePath}/`)
    .replace('name="base-path" content=""', `name="base-path" content="${basePath}"`)
    .replace(
      'name="base-origin" content=""',
      `name="base-origin" content="${new URL(baseUrl).origin}"`,
    );
}
