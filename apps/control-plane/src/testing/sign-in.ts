import { type Answer, type Client, createClient } from './client.ts';
import type { TestApp } from './test-app.ts';

/** The cookies that an answer set, as a request sends them. */
export function cookiesOf(answer: Answer<unknown>): string {
  return answer.headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0])
    .join('; ');
}

/** A client without a credential, from our own pages. */
export function visitor(app: Pick<TestApp, 'baseUrl'>, cookie = ''): Client {
  return createClient(app.baseUrl, { origin: app.baseUrl, ...(cookie ? { cookie } : {}) });
}
