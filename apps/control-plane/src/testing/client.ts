import type { Problem } from '@tollkeeper/contract';
import { checkAnswer, isJson } from './check-answer.ts';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  /** The body as a refusal. */
  readonly problem: Problem;
}

/**
 * A plain HTTP client, so that tests see the wire and can send what no typed client would. It throws
 * when an answer of the API is not one that the OpenAPI document declares.
 */
export interface Client {
  readonly headers: Readonly<Record<string, string>>;
  get<T>(path: string): Promise<Answer<T>>;
  post<T>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  patch<T>(path: string, body: unknown): Promise<Answer<T>>;
  delete<T>(path: string): Promise<Answer<T>>;
  /** @param body sent as it is */
  raw<T>(
    method: string,
    path: string,
    body: string | undefined,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
}

export function createClient(
  baseUrl: string,
  credential: Readonly<Record<string, string>>,
): Client {
  async function raw<T>(
    method: string,
    path: string,
    body?: string,
    headers = {},
  ): Promise<Answer<T>> {
    const response = await fetch(baseUrl + path, {
      method,
      headers: { ...credential, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const parsed = isJson(type) && text !== '' ? JSON.parse(text) : text;
    checkAnswer({ method, path, status: response.status, type, body: parsed });
    return { status: response.status, headers: response.headers, body: parsed, problem: parsed };
  }
  const json = { 'content-type': 'application/json' };
  return {
    headers: credential,
    raw,
    get: (path) => raw('GET', path),
    post: (path, body, headers = {}) =>
      body === undefined
        ? raw('POST', path, undefined, headers)
        : raw('POST', path, JSON.stringify(body), { ...json, ...headers }),
    patch: (path, body) => raw('PATCH', path, JSON.stringify(body), json),
    delete: (path) => raw('DELETE', path),
  };
}
