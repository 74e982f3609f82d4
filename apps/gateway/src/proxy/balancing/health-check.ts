import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HealthCheckConfig } from '../../config/config.ts';

/**
 * Asks an upstream again and again whether it is well: at once, and `intervalMs` after each answer.
 * @param checked takes each result
 * @returns what stops it
 */
export function startHealthCheck(
  upstream: URL,
  config: HealthCheckConfig,
  checked: (isWell: boolean) => void,
): () => void {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const check = async () => {
    const isWell = await isHealthy(upstream, config, stop.signal);
    if (stop.signal.aborted) return;
    checked(isWell);
    timer = setTimeout(() => void check(), config.intervalMs).unref();
  };
  void check();
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

/** On a connection of its own: one that was kept may be closed by now. */
function isHealthy(
  { origin, protocol }: URL,
  { path, timeoutMs, status }: HealthCheckConfig,
  stopped: AbortSignal,
): Promise<boolean> {
  const open = protocol === 'https:' ? httpsRequest : httpRequest;
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]);
  const headers = { 'user-agent': 'tollkeeper-gateway' };
  return new Promise((resolve) => {
    open(new URL(path, origin), { agent: false, headers, signal }, (response) => {
      response.on('error', () => undefined);
      resolve(response.statusCode === status);
      response.destroy();
    })
      .on('error', () => resolve(false))
      // Node reports nothing else of an answer that changes the protocol.
      .on('close', () => resolve(false))
      .end();
  });
}
