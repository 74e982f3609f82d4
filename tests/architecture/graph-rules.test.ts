/** Each rule is shown a small repository that breaks it: a rule that cannot fail holds nothing. */
import { expect, test } from 'vitest';
import { findCycles } from './cycles.ts';
import { findEnvironmentReaders } from './environment.ts';
import { findFeatureBreaks } from './features.ts';
import { findLayerBreaks } from './layers.ts';
import { findBadNames, findLookalikes } from './names.ts';
import { type Manifest, makeRepository } from './repository.ts';
import { findLongFiles } from './size.ts';

const manifests: Record<string, Manifest> = {
  '': { devDependencies: { vitest: '1' } },
  'packages/contract': {
    name: '@tollkeeper/contract',
    exports: './src/index.ts',
    dependencies: { zod: '1', pino: '1' },
  },
  'packages/sdk': { name: '@tollkeeper/sdk', exports: './src/index.ts' },
  'apps/control-plane': {
    name: '@tollkeeper/control-plane',
    dependencies: { pg: '1' },
    devDependencies: { 'drizzle-kit': '1' },
  },
  'apps/cli': { name: '@tollkeeper/cli' },
  'apps/dashboard': { name: '@tollkeeper/dashboard' },
};

const entries = {
  'packages/contract/src/index.ts': "import { z } from 'zod';",
  'packages/sdk/src/index.ts': "export * from '@tollkeeper/contract';",
};

function repositoryOf(texts: Record<string, string>) {
  return makeRepository({ ...entries, ...texts }, manifests);
}

test('accepts imports that the layers allow', () => {
  const repository = repositoryOf({
    'apps/control-plane/src/main.ts':
      "import 'pg'; import 'node:fs'; import '@tollkeeper/contract';",
    'apps/control-plane/drizzle.config.ts':
      "import 'drizzle-kit'; import '../../scripts/node-program.ts'",
    'apps/dashboard/src/main.tsx': "import './app.css'; import '@tollkeeper/sdk';",
    'apps/cli/src/main.ts': "import '../../../scripts/programs.mjs'",
    'apps/cli/src/run.test.ts': "import 'vitest'; import '../../../packages/sdk/src/index.ts';",
  });
  expect(findLayerBreaks(repository)).toEqual([]);
});

test.each([
  ['a package above its own', 'packages/contract/src/a.ts', "import '@tollkeeper/sdk'"],
  ['a package that its layer lacks', 'apps/control-plane/src/a.ts', "import '@tollkeeper/sdk'"],
  ['it by path', 'apps/control-plane/src/a.ts', "import '../../../packages/sdk/src/index.ts'"],
  ['another app', 'apps/cli/src/a.ts', "import '@tollkeeper/control-plane'"],
  ['past a front door', 'apps/cli/src/a.ts', "import '@tollkeeper/sdk/src/index.ts'"],
  ['an undeclared npm package', 'apps/cli/src/a.ts', "import 'pg'"],
  ['a tool of tests in a source', 'apps/control-plane/src/a.ts', "import 'vitest'"],
  ['an npm package beyond zod in the contract', 'packages/contract/src/a.ts', "import 'pino'"],
  ['a Node module in the contract', 'packages/contract/src/a.ts', "import 'node:fs'"],
  ['a Node module in the dashboard', 'apps/dashboard/src/a.ts', "import { join } from 'path'"],
  ['a script', 'apps/cli/src/a.ts', "import '../../../scripts/programs.mjs'"],
  ['a file that is not there', 'apps/cli/src/a.ts', "import './gone.ts'"],
  ['a folder nobody placed', 'apps/other/src/a.ts', ''],
])('refuses importing %s', (_, path, text) => {
  expect(findLayerBreaks(repositoryOf({ [path]: text }))).toHaveLength(1);
});

test.each([
  ['a type import', "import type { A } from '@tollkeeper/sdk'"],
  ['an export', "export { a } from '@tollkeeper/sdk'"],
  ['a dynamic import', "const a = await import('@tollkeeper/sdk')"],
  ['an import in a type', "type A = import('@tollkeeper/sdk').Client"],
])('sees %s', (_, text) => {
  const repository = repositoryOf({ 'apps/control-plane/src/a.ts': text });
  expect(findLayerBreaks(repository)).toHaveLength(1);
});

test('finds a cycle, also through a package name, once', () => {
  const repository = repositoryOf({
    'packages/contract/src/index.ts': "export * from './a.ts'",
    'packages/contract/src/a.ts': "import type { B } from './b.ts'",
    'packages/contract/src/b.ts': "import '@tollkeeper/contract'",
  });
  expect(findCycles(repository)).toEqual([
    'packages/contract/src/index.ts → packages/contract/src/a.ts → packages/contract/src/b.ts → packages/contract/src/index.ts',
  ]);
});

test('finds no cycle where two files share a third', () => {
  const repository = repositoryOf({
    'apps/cli/src/main.ts': "import './a.ts'; import './b.ts'",
    'apps/cli/src/a.ts': "import './b.ts'",
    'apps/cli/src/b.ts': '',
  });
  expect(findCycles(repository)).toEqual([]);
});

test("refuses an import past another feature's index.ts", () => {
  const features = 'apps/control-plane/src/features';
  const repository = repositoryOf({
    [`${features}/usage/index.ts`]: "export * from './get-usage.ts'",
    [`${features}/usage/get-usage.ts`]: '',
    [`${features}/api-keys/list-keys.ts`]: "import '../usage/index.ts'",
    [`${features}/api-keys/get-key.ts`]: "import '../usage/get-usage.ts'",
  });
  expect(findFeatureBreaks(repository)).toEqual([
    `${features}/api-keys/get-key.ts must import "${features}/usage/index.ts", not past it`,
  ]);
});

test.each([
  ['process.env.PORT'],
  ["process['env']"],
  ['globalThis.process.env'],
  ['const { env } = process'],
  ["import { env as settings } from 'node:process'"],
  ["import me from 'node:process'; me.env"],
])('finds that %s reads the environment', (text) => {
  const found = (path: string) => findEnvironmentReaders(repositoryOf({ [path]: text }));
  expect(found('apps/cli/src/run.ts')).toHaveLength(1);
  expect(found('apps/cli/src/main.ts')).toEqual([]);
});

test('does not take a parameter named env for the environment', () => {
  const text = 'export const run = (ctx: { env: string }) => [ctx.env, process.pid];';
  expect(findEnvironmentReaders(repositoryOf({ 'apps/cli/src/run.ts': text }))).toEqual([]);
});

test('refuses names that are not kebab-case or say nothing', () => {
  const good = ['apps/cli/src/list-keys.test.ts', 'apps/cli/src/common-passwords.ts'];
  const bad = [
    'apps/cli/src/listKeys.ts',
    'apps/cli/src/List.tsx',
    'apps/cli/src/utils/list.ts',
    'apps/cli/src/test-helpers.ts',
    'apps/cli/src/key_list.ts',
  ];
  expect(findBadNames([...good, ...bad])).toHaveLength(bad.length);
});

test.each([
  ['follow.ts', 'sync/follower.ts'],
  ['follower.ts', 'following.ts'],
  ['session.ts', 'features/sessions.tsx'],
  ['copy-policy.ts', 'copy-policies.ts'],
])('refuses %s beside %s in one app', (one, other) => {
  const paths = [`apps/cli/src/${one}`, `apps/cli/src/${other}`];
  expect(findLookalikes(paths)).toHaveLength(1);
  expect(findLookalikes([`apps/gateway/src/${one}`, `apps/cli/src/${other}`])).toEqual([]);
  expect(findLookalikes([`apps/cli/src/${one}`, `apps/cli/src/testing/${other}`])).toEqual([]);
});

test('refuses a source of more than 250 lines, and a test of more than 300', () => {
  const lines = (count: number) => 'run();\n'.repeat(count);
  const repository = repositoryOf({
    'apps/cli/src/a.ts': lines(250),
    'apps/cli/src/a.test.ts': lines(300),
    'apps/cli/src/b.ts': lines(251),
    'apps/cli/src/b.test.ts': lines(301),
  });
  expect(findLongFiles(repository)).toEqual([
    'apps/cli/src/b.ts has 251 lines; 250 at most',
    'apps/cli/src/b.test.ts has 301 lines; 300 at most',
  ]);
});

test('refuses a source that it cannot parse, instead of passing over it', () => {
  expect(() => repositoryOf({ 'apps/cli/src/a.ts': 'import {' })).toThrow('Cannot parse');
});
