import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { requireSameOrigin } from './same-origin.ts';

const SECURE = 'https://keys.example.com/tollkeeper';

function ask(baseUrl: string, origin: string, host: string): () => void {
  const request = { method: 'POST', headers: { origin, host } } as FastifyRequest;
  return () => requireSameOrigin(request, baseUrl);
}

describe('a read by session', () => {
  const read = (site?: string) => () => {
    const headers = site === undefined ? {} : { 'sec-fetch-site': site };
    requireSameOrigin({ method: 'GET', headers } as FastifyRequest, SECURE);
  };

  it('comes from its own pages, from the address bar or from a program', () => {
    for (const site of ['same-origin', 'none', undefined]) expect(read(site)).not.toThrow();
  });

  it('is refused from another site', () => {
    for (const site of ['cross-site', 'same-site']) expect(read(site)).toThrow(/own pages/);
  });
});

describe('a change by session', () => {
  it.each([
    [SECURE, 'https://keys.example.com', 'proxied.internal:7420'],
    [SECURE, 'https://other-name.example.com', 'other-name.example.com'],
    ['http://127.0.0.1:7420', 'http://localhost:7420', 'localhost:7420'],
    ['http://127.0.0.1:7420', 'https://keys.example.com', 'keys.example.com'],
  ])('at %s comes from its pages: %s as %s', (baseUrl, origin, host) => {
    expect(ask(baseUrl, origin, host)).not.toThrow();
  });

  it.each([
    // Somebody between the browser and the server can write a page of http.
    [SECURE, 'http://keys.example.com', 'keys.example.com'],
    [SECURE, 'https://keys.example.com:8443', 'keys.example.com'],
    [SECURE, 'https://evil.example.com', 'keys.example.com'],
    ['http://127.0.0.1:7420', 'http://127.0.0.1:7421', '127.0.0.1:7420'],
  ])('at %s is refused from %s as %s', (baseUrl, origin, host) => {
    expect(ask(baseUrl, origin, host)).toThrow(/own pages/);
  });
});
