import { createHmac, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atFileEnd } from './at-file-end.ts';

export interface ReceivedWebhook {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly bytes: Buffer;
}

type Reply = (request: ReceivedWebhook, response: ServerResponse) => void;

export interface WebhookReceiver {
  readonly port: number;
  readonly url: string;
  readonly received: ReceivedWebhook[];
  /** How it answers: with 204 unless set. */
  reply: Reply;
}

/** A server on loopback that receives webhooks. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const state = { received, port: 0, url: '', reply: acknowledge };
  const server = createServer(async (request, response) => {
    const bytes = Buffer.concat(await request.toArray());
    const { method = '', url: path = '', headers } = request;
    const each = { method, path, headers, body: bytes.toString(), bytes };
    received.push(each);
    state.reply(each, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  atFileEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  state.port = (server.address() as AddressInfo).port;
  state.url = `http://127.0.0.1:${state.port}/hooks`;
  return state;
}

export const acknowledge: Reply = (_, response) => void response.writeHead(204).end();

export function answerWith(status: number, headers: Record<string, string> = {}, body = ''): Reply {
  return (_, response) => void response.writeHead(status, headers).end(body);
}

/**
 * How many of the signatures of a webhook are by the secret or the public key. Written only from the text of
 * Standard Webhooks: it shares no line with the code that signs.
 */
export function signaturesBy(
  secret: string,
  { headers, body }: Pick<ReceivedWebhook, 'headers' | 'body'>,
): number {
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64');
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((each) => {
      const [version, signature = ''] = each.split(',');
      const bytes = Buffer.from(signature, 'base64');
      if (version === 'v1') return createHmac('sha256', key).update(text).digest().equals(bytes);
      return verify(null, Buffer.from(text), ed25519(key), bytes);
    }).length;
}

function ed25519(raw: Buffer) {
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  });
}
