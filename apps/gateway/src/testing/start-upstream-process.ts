import { once } from 'node:events';
import { forkLater, nextMessage } from './start-gateway-process.ts';

export interface UpstreamProcess {
  readonly name: string;
  readonly url: string;
  /** Signals the process, as `kill` does. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
  /** Sets the status of `/health`. */
  setHealth(status: number): Promise<void>;
  /** Another one at the same port. */
  again(): Promise<UpstreamProcess>;
}

/** Answers every request with its name. Ends with the test. */
export async function startUpstreamProcess(name: string, port = 0): Promise<UpstreamProcess> {
  const child = forkLater('./upstream-process.ts', [name, String(port)]);
  const taken = await nextMessage<number>(child);
  return {
    name,
    url: `http://127.0.0.1:${taken}`,
    signal: (signal) => void child.kill(signal),
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async setHealth(status) {
      child.send(status);
      await nextMessage(child);
    },
    again: () => startUpstreamProcess(name, taken),
  };
}
