/** The one line to run on the machine that becomes a gateway. */
export function joinLine(secret: string, controlPlane: string): string {
  return `npx tollkeeper gateway --join-key ${secret} --control-plane ${controlPlane} --upstream http://127.0.0.1:3000`;
}

/** Whether only this very machine finds the address: the line would fail on another one. */
export function isLoopback(controlPlane: string): boolean {
  const { hostname } = new URL(controlPlane);
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
