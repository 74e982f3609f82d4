/** Stands between a control plane and its database, and loses answers. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { atFileEnd } from '../../apps/control-plane/src/testing/at-file-end.ts';

export interface LossyProxy {
  readonly databaseUrl: string;
  /** How many batches of counts were stored whose answer was lost, each with its connection. */
  lost(): number;
  /** From now on loses the answer to every so many-th batch of counts; 0 loses none. */
  loseEach(batches: number): void;
}

/** The statement by which a batch begins, which is sent as one transaction. */
const BATCH = Buffer.from('take-usage-sequence\0');

export async function startLossyProxy(config: pg.ClientConfig): Promise<LossyProxy> {
  // Not connected: it only knows how to read both forms of a configuration.
  const target = new pg.Client(config);
  const state: State = { each: 0, batches: 0, lost: 0, sockets: new Set() };
  const server = createServer((client) => relay(client, connectTo(target), state));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  atFileEnd(() => {
    server.close();
    for (const socket of state.sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  const credentials = [target.user, target.password].filter(Boolean).join(':');
  return {
    databaseUrl: `postgresql://${credentials}@127.0.0.1:${port}/${target.database}`,
    lost: () => state.lost,
    loseEach: (batches) => {
      state.each = batches;
    },
  };
}

interface State {
  each: number;
  batches: number;
  lost: number;
  readonly sockets: Set<Socket>;
}

/** A host that is a path is the folder of a Unix socket. */
function connectTo({ host, port }: pg.Client): Socket {
  return host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host);
}

function relay(client: Socket, database: Socket, state: State): void {
  for (const socket of [client, database]) {
    state.sockets.add(socket);
    socket
      .on('error', () => undefined)
      .once('close', () => {
        state.sockets.delete(socket);
        client.destroy();
        database.destroy();
      });
  }
  let isLosing = false;
  client.on('data', (bytes: Buffer) => {
    if (state.each > 0 && bytes.includes(BATCH)) {
      state.batches += 1;
      isLosing = state.batches % state.each === 0;
    }
    database.write(bytes);
  });
  database.on('data', (bytes: Buffer) => {
    if (!isLosing) client.write(bytes);
    else {
      state.lost += 1;
      client.destroy();
    }
  });
}
