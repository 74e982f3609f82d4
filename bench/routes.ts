import { anyOf, type BenchKey } from './keys.ts';

export interface BenchRoute {
  readonly title: string;
  readonly requestMaker: (keys: readonly BenchKey[]) => () => string;
}

/** A server asks with its one key about others. */
const verify: BenchRoute = {
  title: 'POST /v1/api-keys/verify',
  requestMaker: (keys) => {
    const head = `POST /v1/api-keys/verify HTTP/1.1\r\nhost: 127.0.0.1\r\n${bearer(anyOf(keys))}`;
    return () => {
      const body = `{"key":"${anyOf(keys).secret}"}`;
      return `${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
  },
};

/** Anyone asks about themselves. */
const whoami: BenchRoute = {
  title: 'GET /v1/whoami',
  requestMaker: (keys) => () =>
    `GET /v1/whoami HTTP/1.1\r\nhost: 127.0.0.1\r\n${bearer(anyOf(keys))}\r\n`,
};

export const BENCH_ROUTES: readonly BenchRoute[] = [verify, whoami];

function bearer({ secret }: BenchKey): string {
  return `authorization: Bearer ${secret}\r\n`;
}
