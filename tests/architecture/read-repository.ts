import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, makeRepository, type Repository } from './repository.ts';

const NOT_OURS = new Set(['node_modules', 'dist', 'dist.next', 'data', 'coverage', 'migrations']);
const SOURCE = /\.(ts|tsx|mts|mjs)$/;

/** Every source below the folders, by path from the root. */
export function listSources(root: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => below(root, folder)).filter((path) => SOURCE.test(path));
}

/** The packages and apps as they stand on disk. */
export function readRepository(root: string): Repository {
  const paths = listSources(root, ['packages', 'apps']);
  const texts = paths.map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);
  const folders = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  );
  const manifests = ['', ...folders].map((folder) => [folder, readManifest(root, folder)] as const);
  return makeRepository(Object.fromEntries(texts), Object.fromEntries(manifests));
}

function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

function below(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? below(root, path) : [path];
  });
}
