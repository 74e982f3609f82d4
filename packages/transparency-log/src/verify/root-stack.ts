import { emptyRoot, type Hash, nodeHash } from '../tree/hash.ts';
import { foldRight } from '../tree/subtrees.ts';

/** Folds complete subtrees, from left to right, into the root of a tree: one hash for each level at most. */
export interface RootStack {
  /** @param level of the subtree, which begins where those before it end */
  add(level: number, hash: Hash): void;
  root(): Hash;
}

export function createRootStack(): RootStack {
  const stack: { level: number; hash: Hash }[] = [];
  return {
    add(level, hash) {
      let subtree = { level, hash };
      for (let left = stack.at(-1); left?.level === subtree.level; left = stack.at(-1)) {
        stack.pop();
        subtree = { level: subtree.level + 1, hash: nodeHash(left.hash, subtree.hash) };
      }
      stack.push(subtree);
    },
    root: () => (stack.length === 0 ? emptyRoot() : foldRight(stack.map(({ hash }) => hash))),
  };
}
