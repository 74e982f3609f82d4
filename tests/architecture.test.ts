/** Holds the code, as it stands on disk, to the rules of ARCHITECTURE.md. */
import { fileURLToPath } from 'node:url';
import { routes, SCOPES } from '@tollkeeper/contract';
import { expect, test } from 'vitest';
import { findAccessGaps } from './architecture/access.ts';
import { findCycles } from './architecture/cycles.ts';
import { findEnvironmentReaders } from './architecture/environment.ts';
import { findFeatureBreaks } from './architecture/features.ts';
import { findLayerBreaks, isForTestsOrBuild } from './architecture/layers.ts';
import { findBadNames, findLookalikes } from './architecture/names.ts';
import { listSources, readRepository } from './architecture/read-repository.ts';
import { findLongFiles } from './architecture/size.ts';
import { findVariables, listDocumentedVariables } from './architecture/variables.ts';

/** Set-up by its token, two by the token of an invitation, and the last by a join key. */
const PUBLIC_ROUTES = [
  ...['getSetup', 'setup', 'findInvitation', 'acceptInvitation', 'joinGateway'],
  ...['getPasswordReset', 'requestPasswordReset', 'findPasswordReset'],
  ...['completePasswordReset'],
  // Signed by Stripe, and by GitHub.
  ...['receiveStripeEvent', 'receiveGithubReport'],
];

/** Scopes that gateways ask for, and no route of the API. */
const AT_GATEWAYS = ['apis.call'];

/** Scopes whose routes come later. A scope leaves this list with the route that it guards. */
const NOT_YET_GUARDED: readonly string[] = [];

const root = fileURLToPath(new URL('..', import.meta.url));
const repository = readRepository(root);

test('reads the real import graph', () => {
  const entry = repository.modules.get('packages/contract/src/index.ts');
  expect(entry?.imports.length).toBeGreaterThan(5);
  expect(repository.modules.size).toBeGreaterThan(20);
});

test('packages and apps import only what their layer may', () => {
  expect(findLayerBreaks(repository)).toEqual([]);
});

test('no files import each other in a cycle', () => {
  expect(findCycles(repository)).toEqual([]);
});

test("features import each other only through the other's index.ts", () => {
  expect(findFeatureBreaks(repository)).toEqual([]);
});

test('every route declares who may call it, and every scope guards a route', () => {
  const unguarded = [...AT_GATEWAYS, ...NOT_YET_GUARDED];
  const rules = { scopes: SCOPES, publicRoutes: PUBLIC_ROUTES, unguarded };
  expect(findAccessGaps(routes, rules)).toEqual([]);
});

test('only entry files read the environment', () => {
  expect(findEnvironmentReaders(repository)).toEqual([]);
});

test("the README's table lists exactly the variables that the programs read", () => {
  const sources = listSources(root, ['apps', 'packages']).filter(
    (path) => /\/src\/.*\.ts$/.test(path) && !isForTestsOrBuild(path),
  );
  expect(listDocumentedVariables(root)).toEqual(findVariables(root, sources));
});

test('files and folders are named in kebab-case for what they do', () => {
  const folders = ['packages', 'apps', 'scripts', 'tests', 'bench'];
  expect(findBadNames(listSources(root, folders))).toEqual([]);
});

test('no two files of an app are named alike but for an ending', () => {
  expect(findLookalikes(listSources(root, ['packages', 'apps']))).toEqual([]);
});

test('no source file is longer than one idea', () => {
  expect(findLongFiles(repository)).toEqual([]);
});
