/** Calls one after another, and what their callers know of them. */
import { startTraffic } from '../processes/traffic.ts';

export interface CallLoad {
  /** Calls that were answered, all with the one status that was expected. */
  answered(): number;
  /** Calls that were cut off: counted or not, nobody can tell from outside. */
  cutOff(): number;
  /** What else was answered: nothing, if all is well. */
  surprises(): readonly number[];
  /** Lets the calls under way end. */
  stop(): Promise<void>;
}

/** What is under test starts its processes meanwhile, on the same machine. */
const PAUSE_MS = process.env.LONG ? 10 : 50;

/** @param urlOf where the gateway is at the moment */
export function startCallLoad(
  clients: number,
  secret: string,
  expected: number,
  urlOf: () => string,
): CallLoad {
  let cutOff = 0;
  const traffic = startTraffic(
    clients,
    async () => {
      try {
        const answer = await fetch(urlOf(), { headers: { authorization: `Bearer ${secret}` } });
        // The head is the answer: what cuts the rest off does not take it back.
        await answer.text().catch(() => undefined);
        return answer.status;
      } catch (error) {
        if (!neverArrived(error)) cutOff += 1;
        throw error;
      }
    },
    PAUSE_MS,
  );
  return {
    answered: () => traffic.answered.get(expected) ?? 0,
    cutOff: () => cutOff,
    surprises: () => [...traffic.answered.keys()].filter((status) => status !== expected),
    stop: traffic.stop,
  };
}

function neverArrived(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
