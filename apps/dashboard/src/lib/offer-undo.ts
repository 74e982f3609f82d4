import { type CalledRoute, routes } from '@tollkeeper/contract';

type Withdraw = () => void;

let offered: Withdraw[] = [];

/**
 * Offers to undo the change that was just made, until the next one: undone after that, it would undo
 * part of the later change as well.
 * @param withdraw takes the offer away
 */
export function offerUndo(withdraw: Withdraw): void {
  offered.push(withdraw);
}

const READS: ReadonlySet<string> = new Set(
  Object.values<CalledRoute>(routes).flatMap(({ path, changesNothing }) =>
    changesNothing ? [path] : [],
  ),
);

/** For every request of the API, before it is sent: a change withdraws what is offered. */
export function withdrawUndo(path: string, method: string): void {
  if (method === 'GET' || READS.has(path)) return;
  const withdrawn = offered;
  offered = [];
  for (const withdraw of withdrawn) withdraw();
}
