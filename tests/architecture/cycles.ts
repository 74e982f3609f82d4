import type { Repository } from './repository.ts';

/** One line for each cycle of files that import each other, types included. */
export function findCycles(repository: Repository): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  for (const path of repository.modules.keys()) visit(repository, path, [], done, cycles);
  return cycles;
}

function visit(
  repository: Repository,
  path: string,
  trail: readonly string[],
  done: Set<string>,
  cycles: string[],
): void {
  const start = trail.indexOf(path);
  if (start >= 0) cycles.push([...trail.slice(start), path].join(' → '));
  if (start >= 0 || done.has(path)) return;
  for (const imported of repository.modules.get(path)?.imports ?? []) {
    if (imported.kind !== 'file') continue;
    visit(repository, imported.path, [...trail, path], done, cycles);
  }
  done.add(path);
}
