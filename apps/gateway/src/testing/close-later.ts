/** What tests leave to be closed. */

const closers: (() => Promise<unknown>)[] = [];

/** What is closed when the test ends, the last first. */
export function closeLater(close: () => Promise<unknown>): void {
  closers.push(close);
}

/** Runs after each test. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}
