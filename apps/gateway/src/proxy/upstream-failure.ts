import type { Denial } from '@tollkeeper/gateway-core';

const FAILED: Denial = {
  code: 'upstream_failed',
  detail: 'The upstream did not answer, or not in HTTP. Try again; if it stays, tell its operator.',
};
const TIMED_OUT: Denial = {
  code: 'upstream_timeout',
  detail: 'The upstream did not answer in time. Try again; if it stays, tell its operator.',
};

export class TimeoutError extends Error {
  readonly code = 'ETIMEDOUT';
}

const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'ETIMEDOUT']);

export function upstreamDenial(error: Error): Denial {
  return isTimeout(error) ? TIMED_OUT : FAILED;
}

export function isTimeout(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && TIMEOUTS.has(code);
}
