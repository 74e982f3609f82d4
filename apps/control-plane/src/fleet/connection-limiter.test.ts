import { FLEET_PATH } from '@tollkeeper/protocol';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type FleetWorld, startFleetWorld } from '../testing/fleet-world.ts';
import { createConnectionLimiter } from './connection-limiter.ts';

/** Several times as many as two addresses may have open. */
const SILENT = process.env.LONG ? 2000 : 500;

const LIMITS = { totalMax: 6, perNetworkMax: 2, graceMs: 100 };

function startLimiter() {
  let nowMs = 0;
  const limiter = createConnectionLimiter(LIMITS, () => nowMs);
  const evicted: string[] = [];
  return {
    evicted,
    pass: (ms: number) => {
      nowMs += ms;
    },
    enter: (address: string, name = address) => limiter.enter(address, () => evicted.push(name)),
  };
}

describe('connections that have not said hello', () => {
  it('are a hundred of one network, and a thousand in all', () => {
    const enterAll = (count: number, addressOf: (at: number) => string) => {
      const limiter = createConnectionLimiter(undefined, () => 0);
      const entered = Array.from({ length: count }, (_, at) =>
        limiter.enter(addressOf(at), () => undefined),
      );
      return entered.filter((each) => each !== undefined).length;
    };
    expect(enterAll(101, () => '192.0.2.1')).toBe(100);
    expect(enterAll(1001, (at) => `10.0.${at >> 8}.${at & 255}`)).toBe(1000);
  });

  it('are few per network: the oldest makes room once it has had time to speak', () => {
    const { enter, evicted, pass } = startLimiter();
    enter('192.0.2.1', 'first');
    pass(1);
    enter('192.0.2.1', 'second');
    pass(98);
    expect(enter('192.0.2.1')).toBeUndefined();
    pass(1);
    expect(enter('192.0.2.1', 'third')).toBeDefined();
    expect(evicted).toEqual(['first']);
    expect(enter('192.0.2.1')).toBeUndefined();
  });

  it('leave one place each, however often they are said to have left', () => {
    const { enter, evicted } = startLimiter();
    const [first] = [1, 1, 2, 2, 3, 3].map((network) => enter(`192.0.2.${network}`));
    for (let times = 0; times < 3; times += 1) first?.leave();
    enter('192.0.2.4');
    expect(evicted).toEqual([]);
    enter('192.0.2.5');
    expect(evicted).toHaveLength(1);
  });

  it('count by the /64 of an IPv6 address, and by the IPv4 address', () => {
    const { enter } = startLimiter();
    enter('2001:db8:0:1::1');
    enter('2001:db8:0:1:ffff::2');
    expect(enter('2001:db8:0:1::3')).toBeUndefined();
    expect(enter('2001:db8:0:2::1')).toBeDefined();
    enter('192.0.2.1');
    enter('::ffff:192.0.2.1');
    expect(enter('192.0.2.1')).toBeUndefined();
    expect(enter('192.0.2.2')).toBeDefined();
  });

  it('of the network with the most make room for any other, however young they are', () => {
    const { enter, evicted } = startLimiter();
    for (const network of [1, 2, 3]) {
      enter(`192.0.2.${network}`, `${network}a`);
      enter(`192.0.2.${network}`, `${network}b`);
    }
    expect(enter('192.0.2.4')).toBeDefined();
    expect(evicted).toEqual(['1a']);
    // Now all networks are full, or as full as they would be: nobody is evicted for nothing.
    expect(enter('192.0.2.4')).toBeUndefined();
    expect(evicted).toEqual(['1a']);
  });

  it('make room before those whose hello is being checked', () => {
    const { enter, evicted, pass } = startLimiter();
    enter('192.0.2.1', 'spoke')?.markHello();
    enter('192.0.2.1', 'silent');
    pass(100);
    enter('192.0.2.1', 'newer')?.markHello();
    expect(evicted).toEqual(['silent']);
    pass(100);
    enter('192.0.2.1', 'newest');
    expect(evicted).toEqual(['silent', 'spoke']);
  });

  it('leave room once they are admitted or have ended, each counted once', () => {
    const { enter, evicted } = startLimiter();
    const first = enter('192.0.2.1');
    enter('192.0.2.1');
    first?.leave();
    first?.leave();
    expect(enter('192.0.2.1')).toBeDefined();
    expect(enter('192.0.2.1')).toBeUndefined();
    expect(evicted).toEqual([]);
  });
});

describe('strangers who open sockets and stay silent', () => {
  let world: FleetWorld;
  beforeAll(async () => {
    world = await startFleetWorld();
  });

  function openSilent(localAddress: string) {
    const url = `${world.app.baseUrl.replace('http', 'ws')}${FLEET_PATH}`;
    const socket = new WebSocket(url, { localAddress });
    socket.on('error', () => undefined);
    onTestFinished(() => socket.terminate());
    const closed = new Promise((resolve) => socket.on('close', resolve));
    const opened = new Promise((resolve) => socket.on('open', resolve));
    return { socket, closed, settled: Promise.race([opened, closed]) };
  }

  it(`keep no gateway out with ${SILENT} sockets from two addresses`, async () => {
    const [near, beside] = await Promise.all([world.join(), world.join()]);
    const silent = Array.from({ length: SILENT }, (_, at) => openSilent(`127.0.0.${2 + (at % 2)}`));
    const first = await world.connect(near, { light: true });
    await Promise.all(silent.map(({ settled }) => settled));
    const open = silent.filter(({ socket }) => socket.readyState === WebSocket.OPEN);
    expect(open.length).toBeLessThanOrEqual(2 * 100);
    const second = await world.connect(beside, { light: true });
    await Promise.all([first.wait('gateway'), second.wait('gateway')]);
  });

  it('are cut when no hello comes in time', async () => {
    const { closed } = openSilent('127.0.0.4');
    const openedAt = performance.now();
    await closed;
    // It has five seconds, and a busy machine takes its time.
    expect(performance.now() - openedAt).toBeLessThan(25_000);
  });
});
