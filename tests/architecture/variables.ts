import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the environment says of the terminal and the desktop: nobody sets it for Tollkeeper. */
const FACTS = ['DISPLAY', 'WAYLAND_DISPLAY', 'SSH_CONNECTION', 'TERM'];
/** Between the processes of a control plane. */
const INTERNAL = ['TOLLKEEPER_LIFELINE'];

/** `env.NAME`, `read('NAME'`, a name in quotation marks that could only be ours, a proxy's, a setting of the server. */
const READS = [
  /\benv\.([A-Z][A-Z_]+)\b/g,
  /\bread\('([A-Z][A-Z_]+)'/g,
  /'(TOLLKEEPER_[A-Z_]+)'/g,
  /'(HTTPS?_PROXY)'/g,
];
const SETTINGS = /^ {2}([A-Z][A-Z_]+):/gm;

/** The variables that the programs read, without those that name the file of a secret. */
export function findVariables(root: string, paths: readonly string[]): string[] {
  const names = paths.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const isConfig = /^apps\/control-plane\/src\/config[^/]*\.ts$/.test(path);
    return [...READS, ...(isConfig ? [SETTINGS] : [])].flatMap((each) =>
      [...text.matchAll(each)].map(([, name = '']) => name),
    );
  });
  const left = (name: string) =>
    name.endsWith('_FILE') || FACTS.includes(name) || INTERNAL.includes(name);
  return [...new Set(names)].filter((name) => !left(name)).sort();
}

/** Those in the first column of the README's table. */
export function listDocumentedVariables(root: string): string[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, section = ''] = readme.split('\n## Configuration\n');
  const cells = section.split('\n').flatMap((line) => /^\|([^|]+)\|/.exec(line)?.[1] ?? []);
  return cells
    .flatMap((cell) => [...cell.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name = '']) => name))
    .sort();
}
