import type { ChildProcess } from 'node:child_process';

interface Handle {
  close(): void;
}

/**
 * Closes the connections that were on their way to a worker when it was killed. Node's cluster
 * hands each over by a numbered message and keeps it until the worker has answered, for ever if it
 * never does: the client would wait for nothing.
 */
export function closeLostConnections(worker: ChildProcess): void {
  const underWay = new Map<unknown, Handle>();
  const { send } = worker;
  worker.send = (...args: unknown[]): boolean => {
    const [message, handle] = args;
    if (isHandle(handle)) underWay.set(read(message, 'seq'), handle);
    return Reflect.apply(send, worker, args);
  };
  worker.on('internalMessage', (message: unknown) => {
    underWay.delete(read(message, 'ack'));
  });
  worker.once('exit', () => {
    for (const handle of underWay.values()) handle.close();
    underWay.clear();
  });
}

function isHandle(value: unknown): value is Handle {
  return typeof read(value, 'close') === 'function';
}

function read(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
