import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { openApiDocument } from '@tollkeeper/contract';
import type { FastifyInstance } from 'fastify';
import { pageHeaders } from './page-headers.ts';
import type { ServerOptions } from './server-options.ts';

/** A page to read the OpenAPI document at /docs. */
export async function registerDocs(app: FastifyInstance, { baseUrl, version }: ServerOptions) {
  await app.register(async (docs) => {
    await docs.register(helmet, pageHeaders(baseUrl));
    await docs.register(swagger, {
      mode: 'static',
      specification: { document: openApiDocument(baseUrl, version) as never },
    });
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      theme: { title: 'Tollkeeper API' },
      // Without the bar on top, which loads other documents and carries a stranger's logo.
      uiConfig: { docExpansion: 'list', layout: 'BaseLayout' },
    });
  });
}
