import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { openApiDocument } from '@tollkeeper/contract';
import type { FastifyInstance } from 'fastify';
import { pageHeaders } from './headers.ts';
import type { ServerOptions } from './server-options.ts';
import { basePathOf } from './server-options.ts';

/** A page to read the OpenAPI document at /docs. */
export async function registerDocs(app: FastifyInstance, { baseUrl, version }: ServerOptions) {
  const basePath = basePathOf(baseUrl);
  await app.register(async (docs) => {
    await docs.register(helmet, pageHeaders(baseUrl));
    await docs.register(swagger, {
      mode: 'static',
      specification: { document: openApiDocument(baseUrl, version) as never },
    });
    docs.addHook('onSend', async (_request, reply, payload) => {
      const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
      return isPage && typeof payload === 'string' ? complete(payload, basePath) : payload;
    });
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      indexPrefix: basePath,
      theme: { title: 'Tollkeeper API', css: [{ filename: 'tollkeeper.css', content: STYLE }] },
      // Without the bar on top, which loads other documents and carries a stranger's logo.
      uiConfig: { docExpansion: 'list', layout: 'BaseLayout' },
    });
  });
}

/** What the page of Swagger UI lacks: a width for small screens, and a way back. */
function complete(page: string, basePath: string): string {
  return page
    .replace('<meta charset="UTF-8">', `<meta charset="UTF-8">${VIEWPORT}`)
    .replace(
      '<body>',
      `<body><p class="back"><a href="${basePath}/">Back to the dashboard</a></p>`,
    );
}

const VIEWPORT =
  '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">';

/** Swagger UI knows one theme. Turned over, its colours keep their meaning by their hue. */
const STYLE = `
.back { margin: 0; padding: 12px 20px; font: 14px system-ui, sans-serif; }
.back a { color: #0550ae; }
@media (prefers-color-scheme: dark) {
  html { background: #16181d; }
  body { background: #fafafa; min-height: 100vh; filter: invert(0.92) hue-rotate(180deg); }
}
@media (max-width: 640px) {
  .swagger-ui .opblock .opblock-summary-path { max-width: 100%; word-break: break-word; }
  .swagger-ui .scheme-container .schemes { flex-wrap: wrap; }
  .swagger-ui table { display: block; overflow-x: auto; }
}
`;
