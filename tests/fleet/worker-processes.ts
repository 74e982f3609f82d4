import type { Gateway } from './gateway.ts';

/** The workers of a gateway that take requests, by process id. */
export function workersOf(gateway: Gateway): number[] {
  const said = gateway.stderr().matchAll(/"pid":(\d+),"msg":"worker process accepts requests"/g);
  return [...said].map(([, pid]) => Number(pid)).filter(isRunning);
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
