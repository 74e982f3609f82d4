import { isApiScope, type ScopeReplay } from '@tollkeeper/contract';
import type { ScopeUse } from './read-scope-uses.ts';

/** What a set of scopes would have done to the calls of a key that has others. */
export function replayUses(
  uses: readonly ScopeUse[],
  own: ReadonlySet<string>,
  replayed: ReadonlySet<string>,
): ScopeReplay {
  const sums = { calls: 0, refused: 0, uncertain: 0, outdated: 0 };
  for (const use of uses) {
    const outcome = outcomeOf(use, own, replayed);
    sums[outcome] += use.calls;
    if (outcome !== 'outdated' && outcome !== 'calls') sums.calls += use.calls;
  }
  return sums;
}

/** `calls` is a call that stays as it was. */
function outcomeOf(
  { required, considered, isShown, isOpen }: ScopeUse,
  own: ReadonlySet<string>,
  replayed: ReadonlySet<string>,
): keyof ScopeReplay {
  if (!required.every((name) => own.has(name))) return 'outdated';
  if (!required.every((name) => replayed.has(name))) return 'refused';
  const removed = own.difference(replayed);
  const matters = (name: string) =>
    isOpen || considered.includes(name) || (isShown && mayBeShown(name));
  return [...removed].some(matters) ? 'uncertain' : 'calls';
}

/** Whether a server that is shown the scopes of a key may decide by this one. */
export function mayBeShown(name: string): boolean {
  return isApiScope(name) || name === 'apis.call';
}
