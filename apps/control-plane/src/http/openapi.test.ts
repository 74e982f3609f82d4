import { AUDIT_ACTIONS, ERRORS, type Route, routes, SCOPES } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly 'x-tollkeeper-access': string;
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: object }[];
  readonly requestBody?: { content: Record<string, { schema: object }> };
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Document {
  readonly openapi: string;
  readonly info: { title: string; version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: object; securitySchemes: object };
}

let app: TestApp;
let visitor: Client;
let document: Document;
let operations: { path: string; method: string; operation: Operation }[];

beforeAll(async () => {
  app = await startTestApp();
  visitor = await claimServer(app);
  document = (await visitor.get<Document>('/openapi.json')).body;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
});

describe('GET /openapi.json', () => {
  it('is an OpenAPI 3.1 document with every operation of the contract, each once', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.info).toMatchObject({ title: 'Tollkeeper', version: '0.0.0-test' });
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.toSorted()).toEqual(Object.keys(routes).toSorted());
  });

  it('declares for every operation who may call it, as the server asks', async () => {
    for (const { path, method, operation } of operations) {
      const access = operation['x-tollkeeper-access'];
      expect(['public', 'credential', ...SCOPES]).toContain(access);
      // An empty requirement beside others makes these optional.
      const isOpen = ({ security }: typeof operation) =>
        security.length === 0 || security.some((each) => Object.keys(each).length === 0);
      expect(isOpen(operation), `${method} ${path}`).toBe(access === 'public');
      const real = path.replace(/\{\w+\}/g, 'key_7dQx0mJ2vK4tR9sZ1aBc');
      const answer = await fetch(app.baseUrl + real, { method: method.toUpperCase() });
      expect(answer.status === 401, `${method} ${path}`).toBe(access !== 'public');
    }
  });

  it('names every parameter of a path, and refers to nothing that is not there', () => {
    for (const { path, operation } of operations) {
      const named = operation.parameters.filter((each) => each.in === 'path');
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(named.map(({ name }) => name)).toEqual(inPath);
      expect(named.every(({ required }) => required)).toBe(true);
      const unique = new Set(operation.parameters.map((each) => `${each.in} ${each.name}`));
      expect(unique.size).toBe(operation.parameters.length);
      expect(operation.summary).not.toBe('');
    }
    const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g);
    expect(new Set([...references].map(([, reference]) => reference))).toEqual(
      new Set(['#/components/schemas/Problem', '#/components/schemas/WebhookPayload']),
    );
  });

  it('tells each answer: the success and every refusal with its shape', () => {
    const statuses = new Set(Object.values(ERRORS).map(({ status }) => String(status)));
    for (const { operation } of operations) {
      const codes = Object.keys(operation.responses);
      expect(codes.filter((code) => /^2/.test(code))).toHaveLength(1);
      for (const code of codes.filter((each) => !/^2/.test(each))) {
        expect(statuses).toContain(code);
        expect(operation.responses[code]?.content).toHaveProperty('application/problem+json');
      }
    }
  });

  it('lets no field in or out that the contract does not name', () => {
    const loose: string[] = [];
    for (const { operation } of operations) {
      const [success] = Object.entries(operation.responses).filter(([code]) => /^2/.test(code));
      for (const content of [operation.requestBody?.content, success?.[1].content]) {
        collectLoose(content?.['application/json']?.schema, operation.operationId, loose);
      }
    }
    expect(loose).toEqual([]);
  });

  it('shows the secret of a key where it is made, and nowhere else', () => {
    const showing = operations
      .filter(({ operation }) => JSON.stringify(operation.responses).includes('"secret"'))
      .map(({ operation }) => operation.operationId);
    expect(showing.toSorted()).toEqual([
      ...['createJoinKey', 'createKey', 'createWebhookEndpoint'],
      ...['rotateKey', 'rotateWebhookSecret'],
    ]);
    expect(
      JSON.stringify(Object.values<Route>(routes).map(({ response }) => response)),
    ).not.toMatch(/"(hash|password|tokenHash|hashes)":\{/);
  });
});

it('declares each event that an endpoint can subscribe to', async () => {
  const { webhooks } = (await visitor.get<{ webhooks: Record<string, object> }>('/openapi.json'))
    .body;
  expect(Object.keys(webhooks)).toEqual([...AUDIT_ACTIONS]);
});

describe('GET /docs', () => {
  it('loads, from our own files alone, under a policy without scripts in the page', async () => {
    const page = await visitor.get<string>('/docs');
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(page.body).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>\s*\S/);
    // A link leads elsewhere; what the page loads is in its other elements.
    const loaded = page.body.replace(/<a\s[^>]*>/g, '');
    const files = [...loaded.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const url = new URL(file, `${app.baseUrl}/docs/`);
      expect(url.origin).toBe(app.baseUrl);
      expect((await fetch(url)).status, file).toBe(200);
    }
  });
});

/** Objects whose schema takes fields beside those it names, by where they stand. */
function collectLoose(schema: unknown, at: string, loose: string[]): void {
  if (typeof schema !== 'object' || schema === null) return;
  if ('properties' in schema && !('additionalProperties' in schema)) loose.push(at);
  if ('additionalProperties' in schema && schema.additionalProperties === true) loose.push(at);
  for (const [name, each] of Object.entries(schema)) collectLoose(each, `${at}.${name}`, loose);
}
