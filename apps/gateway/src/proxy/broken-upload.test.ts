import { expect, it } from 'vitest';
import { connectRaw } from '../testing/raw-client.ts';
import { startGatewayProcess } from '../testing/start-gateway-process.ts';

const NOBODY = 'http://127.0.0.1:9';

it.each(['goes away', 'comes to a halt'])(
  'survives an upload that %s after its upstream could not be reached',
  async (what) => {
    // Longer than the failure of the upstream takes, in a new process on a busy machine.
    const gateway = await startGatewayProcess(NOBODY, {
      bodyTimeoutMs: 1500,
      headerTimeoutMs: 1500,
    });
    const first = await connectRaw(gateway.address);
    first.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.secret}\r\n\r\n`);
    await first.receives('upstream_failed');
    const client = await connectRaw(gateway.address);
    client.send(
      `POST / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.secret}\r\nContent-Length: 9\r\n\r\nabc`,
    );
    expect(await client.receives('upstream_failed')).toMatch(/^HTTP\/1\.1 502 /);
    if (what === 'goes away') client.socket.destroy();

    // One that is closed for its silence, a little later, tells that the time of the first is over.
    const silent = await connectRaw(gateway.address);
    await silent.closes();

    const next = await connectRaw(gateway.address);
    next.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await next.receives('401');
    expect(gateway.hasEnded()).toBe(false);
    for (const { socket } of [first, client, next]) socket.destroy();
  },
);
