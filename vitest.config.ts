import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { makeMemoryFolder } from './scripts/memory-folder.mjs';

const EMBEDDED_ENGINE = 'apps/control-plane/src/db/embedded/**/*.test.ts';
/** Provides `databaseUrl`: the server that DATABASE_URL names, or the embedded one. */
const DATABASE_SETUP = 'apps/control-plane/src/testing/global-setup.ts';
/** Closes what a test of the gateway opened. */
const GATEWAY_SETUP = 'apps/gateway/src/testing/file-setup.ts';
/** Spares the processor a fifth of loading the control plane. */
const RESOLVE_ONCE = new URL('scripts/resolve-once.mjs', import.meta.url).href;
/** Their WebAssembly reads sources and answers: to compile it again, for speed, takes longer than it saves. */
const COMPILED_ONCE = ['--liftoff-only'];
/** Lets waits be patient. */
const FILE_SETUP = 'tests/file-setup.ts';
/** Closes what a test file opened: with `isolate: false` its process goes on to the next file. */
const SERVER_SETUP = 'apps/control-plane/src/testing/file-setup.ts';

/**
 * Node loads the files as they stand. Vite's way costs 8 s of processor time more, to transform all of
 * the control plane once for each project.
 */
const AS_THEY_STAND = { viteModuleRunner: false, nodeLoader: false };

// For all that tests, and what they start, write, unless somebody named another place.
const temporary = process.env.TMPDIR ?? makeMemoryFolder();
if (temporary) process.env.TMPDIR = temporary;

export default defineConfig({
  test: {
    // Many tests wait for what other processes do: four at a time leave a quarter of two cores idle.
    maxWorkers: 5,
    // Room for what a test leaves behind: collecting it more often took a tenth of the time.
    execArgv: [
      ...['--min-semi-space-size=64', '--max-semi-space-size=64', '--initial-old-space-size=600'],
      ...['--import', RESOLVE_ONCE],
    ],
    // For what hangs: what is slow on a busy machine is no failure.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    setupFiles: [FILE_SETUP],
    unstubEnvs: true,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['tests/architecture{,/**/*}.test.ts'],
          experimental: AS_THEY_STAND,
        },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/**/*.test.{ts,tsx}',
            'apps/{cli,dashboard,gateway}/**/*.test.{ts,tsx}',
            'scripts/**/*.test.ts',
          ],
          setupFiles: [GATEWAY_SETUP],
          // A process for each file, and loading all anew in it, was a third of these tests.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'embedded',
          include: [EMBEDDED_ENGINE],
          execArgv: COMPILED_ONCE,
          experimental: AS_THEY_STAND,
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: [
            'apps/control-plane/**/*.test.ts',
            'tests/{,browser/,fleet/**/,processes/**/}*.test.ts',
          ],
          exclude: ['**/node_modules/**', EMBEDDED_ENGINE, 'tests/architecture.test.ts'],
          globalSetup: existsSync(DATABASE_SETUP) ? [DATABASE_SETUP] : [],
          setupFiles: [SERVER_SETUP],
          execArgv: COMPILED_ONCE,
          experimental: AS_THEY_STAND,
          // Each process that loads the control plane takes 5 s of processor time for it.
          isolate: false,
          // After the few files of the embedded engine: at the end those would leave the processors idle.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
