/**
 * What the control plane is measured against: bare node:http, which hashes and looks up the same
 * keys and gives the same answers, and does nothing else. No checks, no counts, no log.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What main.ts writes to the file that BARE_FACTS names. */
export interface BareFacts {
  readonly identity: Readonly<Record<string, unknown>> & { readonly member: { id: string } };
  readonly scopes: readonly string[];
  /** SHA-256 in hex, id and name of each key. */
  readonly keys: readonly (readonly [hash: string, id: string, name: string])[];
}

const facts: BareFacts | undefined = process.env.BARE_FACTS
  ? JSON.parse(readFileSync(process.env.BARE_FACTS, 'utf8'))
  : undefined;
const keys = new Map(
  facts?.keys.map(([hex, id, name]) => [
    Buffer.from(hex, 'hex').toString('latin1'),
    { id, name, tags: [] },
  ]),
);

createServer((request, response) => {
  if (request.method === 'POST') readBody(request, (body) => verify(request, response, body));
  else if (request.url === '/v1/whoami') whoami(request, response);
  else answer(response, { status: 'up' });
}).listen(Number(process.env.PORT), '127.0.0.1');

function verify(request: IncomingMessage, response: ServerResponse, body: string): void {
  const caller = findKey(request.headers.authorization?.slice('Bearer '.length) ?? '');
  const key = caller && findKey(JSON.parse(body).key);
  answer(
    response,
    key && {
      valid: true,
      code: 'valid',
      keyId: key.id,
      name: key.name,
      scopes: facts?.scopes,
      workspaceId: null,
      memberId: facts?.identity.member.id,
      expiresAt: null,
    },
  );
}

function whoami(request: IncomingMessage, response: ServerResponse): void {
  const key = findKey(request.headers.authorization?.slice('Bearer '.length) ?? '');
  answer(response, key && { ...facts?.identity, key });
}

function findKey(secret: string) {
  return keys.get(hash('sha256', secret, 'latin1'));
}

function readBody(request: IncomingMessage, then: (body: string) => void): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => then(body));
}

function answer(response: ServerResponse, value: object | undefined): void {
  const body = JSON.stringify(value ?? { status: 'refused' });
  response.writeHead(value ? 200 : 401, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
