import pg from 'pg';
import type { Logger } from 'pino';

const RETRY_MS = 1000;

/**
 * Calls `onMessage` at each notification of another process with its channel, and without one when
 * some may have been missed; reconnecting for ever. A lost message does no harm, since listeners poll as well.
 * @param sender the payload of what this process sends itself
 * @returns what stops it
 */
export function listen(
  config: pg.ClientConfig,
  channels: readonly string[],
  sender: string,
  onMessage: (channel?: string) => void,
  log: Logger,
): () => Promise<void> {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function open() {
    const next = new pg.Client(config);
    client = next;
    next.on('notification', ({ channel, payload }) => {
      if (payload !== sender) onMessage(channel);
    });
    next.on('error', (error) =>
      log.warn({ err: error }, 'database connection for notifications lost'),
    );
    next.on('end', again);
    try {
      await next.connect();
      for (const channel of channels) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
      onMessage();
    } catch {
      await next.end().catch(() => undefined);
      again();
    }
  }

  function again() {
    if (stopped || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      void open();
    }, RETRY_MS);
  }

  void open();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await client?.end().catch(() => undefined);
  };
}
