/**
 * The one line to run on the machine that becomes a gateway. The join key goes by the environment:
 * everyone on a machine can read the arguments of its processes.
 */
export function joinLine(secret: string, controlPlane: string): string {
  return `TOLLKEEPER_JOIN_KEY=${secret} npx tollkeeper gateway --control-plane ${controlPlane} --upstream http://127.0.0.1:3000`;
}

/** Whether only this very machine finds the address: the line would fail on another one. */
export function isLoopback(controlPlane: string): boolean {
  const { hostname } = new URL(controlPlane);
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
