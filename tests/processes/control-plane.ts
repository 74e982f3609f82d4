/** Control planes as processes of their own, which tests start, signal and kill. */
import { fileURLToPath } from 'node:url';
import { basePathOf } from '../../apps/control-plane/src/http/server-options.ts';
import { recordAnswer } from '../../apps/control-plane/src/testing/answer-faults.ts';
import { SETUP_TOKEN } from '../../apps/control-plane/src/testing/test-app.ts';
import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { buildControlPlane, builtControlPlane } from '../../scripts/programs.mjs';
import {
  answersOk,
  makeFolder,
  makeUsedDataDir,
  type Running,
  startNode,
  untilReady,
} from './child-process.ts';

export interface ControlPlane extends Running {
  readonly baseUrl: string;
  readonly dataDir: string;
}

export interface Settings {
  /** With an empty database that was started before unless given. */
  readonly dataDir?: string;
  /** Of a shared server; without it the control plane runs the embedded one. */
  readonly databaseUrl?: string;
  /** Of 127.0.0.1; a free one unless given. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const REPORT_ANSWERS = new URL('report-answers.ts', import.meta.url).href;
let built: Promise<void> | undefined;

/** A control plane that answers /readyz. */
export async function startControlPlane(settings: Settings = {}): Promise<ControlPlane> {
  const controlPlane = await spawnControlPlane(settings);
  await ready(controlPlane);
  return controlPlane;
}

/**
 * A control plane whose process has just been started, from the one file that `npm start` runs. What it
 * answers on the API, and the OpenAPI document does not declare, fails the test.
 */
export async function spawnControlPlane(settings: Settings = {}): Promise<ControlPlane> {
  built ??= buildControlPlane();
  await built;
  const dataDir = settings.dataDir ?? (await makeDataDir(settings));
  const port = String(settings.port ?? (await freePort()));
  const env = { ...environment(dataDir, settings.databaseUrl), PORT: port, ...settings.env };
  const basePath = basePathOf(settings.env?.TOLLKEEPER_BASE_URL ?? 'http://127.0.0.1');
  const started = startNode(
    ['--import', REPORT_ANSWERS, builtControlPlane],
    env,
    undefined,
    (line) => recordAnswer(JSON.parse(line), basePath),
  );
  return { ...started, baseUrl: `http://127.0.0.1:${port}`, dataDir };
}

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
/** A Node that cannot turn into another program, as those before the pinned one. */
const OLDER = 'data:text/javascript,delete process.execve';

/** As `npm start` starts it under an older Node: as a child, which ends when its parent does. */
export async function startUnderOlderNode(databaseUrl: string): Promise<ControlPlane> {
  const [dataDir, port] = [await makeFolder(), String(await freePort())];
  const env = { ...environment(dataDir, databaseUrl), PORT: port };
  const started = startNode(['--import', OLDER, RUN, 'start'], env);
  const controlPlane = { ...started, baseUrl: `http://127.0.0.1:${port}`, dataDir };
  await ready(controlPlane);
  return controlPlane;
}

function makeDataDir({ databaseUrl }: Settings): Promise<string> {
  return databaseUrl === undefined ? makeUsedDataDir() : makeFolder();
}

/** The whole environment of a control plane or an operator command: nothing of the test's own. */
export function environment(dataDir: string, databaseUrl?: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOST: '127.0.0.1',
    TOLLKEEPER_DATA_DIR: dataDir,
    XDG_STATE_HOME: dataDir,
    TOLLKEEPER_SECRET: 'a secret that signs the sessions of tests',
    TOLLKEEPER_SETUP_TOKEN: SETUP_TOKEN,
    LOG_LEVEL: 'debug',
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  };
}

export function ready(controlPlane: ControlPlane): Promise<void> {
  return untilReady(controlPlane, () => isReady(controlPlane));
}

export function isReady({ baseUrl }: ControlPlane): Promise<boolean> {
  return answersOk(`${baseUrl}/readyz`);
}
