import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Room, stateOf } from '@tollkeeper/gateway-core';
import type { Claim, RateLimit } from '@tollkeeper/verify';

/** Counters that several gateways share. Rejects where it does not answer. */
export interface LimitStore {
  take(claims: readonly Claim[]): Promise<Room>;
  ping(): Promise<void>;
  close(): void;
}

/** What the store needs of a client of Redis. */
interface Client {
  sendCommand(args: readonly string[]): Promise<unknown>;
  destroy(): void;
  /** Why it is not connected, as far as that is known. */
  fault(): Error | undefined;
}

const PREFIX = 'tollkeeper:limit:';
/** So many commands wait for an answer at most: more would be decided too late. */
const COMMANDS_MAX = 20_000;
const CONNECT_MS = 1000;
const RECONNECT_MS = 500;

/**
 * The algorithm of gcra.ts, for all counters of a call at once. The time is that of Redis, so that the
 * clocks of gateways do not matter. A counter expires once it is full again.
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local free = 1
local debts = {}
for i, key in ipairs(KEYS) do
  local count, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local debt, at = string.match(redis.call('GET', key) or '0 0', '^(%d+) (%d+)$')
  debts[i] = math.max(0, tonumber(debt) - math.max(0, now - tonumber(at)) * count)
  if debts[i] > (count - 1) * window then free = 0 end
end
if free == 1 then
  for i, key in ipairs(KEYS) do
    local count, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    debts[i] = debts[i] + window
    local value = string.format('%.0f %.0f', debts[i], now)
    redis.call('SET', key, value, 'PX', string.format('%.0f', math.ceil(debts[i] / count) + 1))
  end
end
return {free, unpack(debts)}
`;
const SHA = createHash('sha1').update(SCRIPT).digest('hex');

/**
 * Connects, for a second at most, and goes on trying while Redis is away.
 * @param url with the user and the password, if it needs them
 */
export async function openRedisStore(url: URL): Promise<LimitStore> {
  const { createClient } = await import('@redis/client');
  const client = createClient({
    url: url.href,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: () => RECONNECT_MS },
    RESP: 2,
    maintNotifications: 'disabled',
    disableOfflineQueue: true,
    disableClientInfo: true,
    commandsQueueMaxLength: COMMANDS_MAX,
  });
  let fault: Error | undefined;
  // Without a listener an error would end the process.
  client.on('error', (error: Error) => {
    fault = error;
  });
  const connected = client.connect().catch(() => undefined);
  await Promise.race([connected, delay(CONNECT_MS, undefined, { ref: false })]);
  return createRedisStore({
    sendCommand: (args) => client.sendCommand(args),
    destroy: () => client.destroy(),
    fault: () => (client.isReady ? undefined : fault),
  });
}

export function createRedisStore(client: Client): LimitStore {
  const run = async (args: readonly string[]) => {
    try {
      return await client.sendCommand(['EVALSHA', SHA, ...args]);
    } catch (error) {
      // Redis forgets scripts when it restarts.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.sendCommand(['EVAL', SCRIPT, ...args]);
    }
  };
  return {
    async take(claims) {
      const keys = claims.map(({ counter }) => PREFIX + counter);
      const rates = claims.flatMap(({ limit }) => [String(limit.count), String(limit.windowMs)]);
      return roomOf(claims, await run([String(keys.length), ...keys, ...rates]));
    },
    async ping() {
      const fault = client.fault();
      if (fault) throw fault;
      await client.sendCommand(['PING']);
    },
    close: () => client.destroy(),
  };
}

/**
 * Nothing but what the script answers is a count: what could be read as one by chance would let through, or refuse, calls
 * that nobody counted.
 * @throws Error for anything else
 */
function roomOf(claims: readonly Claim[], answer: unknown): Room {
  const [free, ...debts]: unknown[] = Array.isArray(answer) ? answer : [];
  const states = claims.flatMap(({ limit }, at) => {
    const debt = debts[at];
    return isDebt(debt, limit) ? [stateOf(debt, limit)] : [];
  });
  const isWhole = debts.length === claims.length && states.length === claims.length;
  if ((free !== 0 && free !== 1) || !isWhole) {
    throw new Error('Redis answers something else than counters');
  }
  return { isFree: free === 1, states };
}

function isDebt(value: unknown, { count, windowMs }: RateLimit): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= count * windowMs;
}
