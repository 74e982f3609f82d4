import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findUnsubscribed, unsubscribe } from '../features/notifications/index.ts';
import { escapeHtml } from '../mail/mailer.ts';
import { pageHeaders } from './headers.ts';
import { originOf } from './origin.ts';
import { basePathOf, type ServerOptions } from './server-options.ts';

/**
 * The page behind the link of a mail (RFC 8058): opening it changes nothing, since programs that check mails open
 * links; a POST unsubscribes, by a mail program or by the button. Neither needs a session, and neither says anything
 * about a link that no mail held.
 */
export async function registerUnsubscribePage(
  app: FastifyInstance,
  { services, baseUrl }: Pick<ServerOptions, 'services' | 'baseUrl'>,
): Promise<void> {
  await app.register(async (scope) => {
    await scope.register(helmet, pageHeaders(baseUrl));
    // What a mail program says in the body is that this is one click, in either form of forms.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_, __, done) => done(null, undefined));
    scope.get('/unsubscribe', async (request, reply) => {
      const found = await findUnsubscribed(services, tokenOf(request));
      if (!found) return send(reply, 404, UNKNOWN);
      const action = `${basePathOf(baseUrl)}/unsubscribe?token=${encodeURIComponent(tokenOf(request))}`;
      return send(
        reply,
        200,
        `<h1>Unsubscribe?</h1>
<p>You, <bdi>${escapeHtml(found.memberName)}</bdi>, will receive no more mails about notifications in <bdi>${escapeHtml(found.organizationName)}</bdi>. The bell in the dashboard stays.</p>
<form method="post" action="${escapeHtml(action)}"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>`,
      );
    });
    scope.post('/unsubscribe', async (request, reply) => {
      const found = await unsubscribe(services, tokenOf(request), originOf(request));
      if (!found) return send(reply, 404, UNKNOWN);
      return send(
        reply,
        200,
        `<h1>You are unsubscribed</h1>
<p>You receive no more mails about notifications in <bdi>${escapeHtml(found.organizationName)}</bdi>. To receive them again, sign in and open <a href="${escapeHtml(baseUrl)}/notifications">Notifications</a>.</p>`,
      );
    });
  });
}

const UNKNOWN = `<h1>This link does not work</h1>
<p>Open it from the mail again, as a whole. You can also sign in and choose there which mails you receive.</p>`;

/** The page has no file of its own: mails lead to it from wherever they are read. */
const STYLE =
  'body{font-family:system-ui,sans-serif;line-height:1.5;max-width:36rem;margin:0 auto;padding:3rem 1.25rem;overflow-wrap:anywhere}' +
  'h1{font-size:1.25rem}button{font:inherit;padding:.5rem .875rem;border:1px solid;border-radius:.375rem;cursor:pointer}';

function tokenOf({ query }: FastifyRequest): string {
  const { token } = query as { readonly token?: unknown };
  return typeof token === 'string' ? token.slice(0, 128) : '';
}

function send(reply: FastifyReply, status: number, content: string) {
  return reply
    .status(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Notifications · Tollkeeper</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<style>${STYLE}</style></head><body><main>${content}</main></body></html>`);
}
