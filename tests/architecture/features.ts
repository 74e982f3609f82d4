import type { Repository } from './repository.ts';

const FEATURE = /^(apps\/[^/]+\/src\/features\/[^/]+)\//;

/** Imports from one feature into another that pass by the other's index.ts. */
export function findFeatureBreaks(repository: Repository): string[] {
  return [...repository.modules.values()].flatMap((module) => {
    const own = featureOf(module.path);
    if (!own) return [];
    return module.imports.flatMap((imported) => {
      const other = imported.kind === 'file' ? featureOf(imported.path) : undefined;
      if (imported.kind !== 'file' || !other || other === own) return [];
      const isFrontDoor = imported.path === `${other}/index.ts`;
      return isFrontDoor ? [] : [`${module.path} must import "${other}/index.ts", not past it`];
    });
  });
}

function featureOf(path: string): string | undefined {
  return FEATURE.exec(path)?.[1];
}
