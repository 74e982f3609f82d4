/** Gateways as processes of their own, which tests start, signal and kill. */

import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { buildGateway, builtGateway } from '../../scripts/programs.mjs';
import {
  answersOk,
  makeFolder,
  type Running,
  startNode,
  untilReady,
} from '../processes/child-process.ts';

export interface Gateway extends Running {
  readonly baseUrl: string;
  readonly adminUrl: string;
  readonly port: number;
  readonly stateDir: string;
}

export interface GatewaySettings {
  readonly controlPlane: string;
  /** Unless the gateway.yaml has routes. */
  readonly upstream?: string;
  /** Needed where the state folder is new. */
  readonly joinKey?: string;
  /** Made anew unless given. */
  readonly stateDir?: string;
  /** How many processes serve; 1 unless given. */
  readonly workers?: number;
  /** A gateway.yaml. */
  readonly config?: string;
  /** Of 127.0.0.1; a free one unless given. */
  readonly port?: number;
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

let built: Promise<void> | undefined;

/** A gateway that answers /readyz, from the one file that people run. */
export async function startGateway(settings: GatewaySettings): Promise<Gateway> {
  const gateway = await launchGateway(settings);
  await untilReady(gateway, () => answersOk(`${gateway.adminUrl}/readyz`));
  return gateway;
}

/** The same, ready or not. */
export async function launchGateway(settings: GatewaySettings): Promise<Gateway> {
  built ??= buildGateway();
  await built;
  const { controlPlane, upstream, joinKey, workers, config } = settings;
  const stateDir = settings.stateDir ?? (await makeFolder());
  const [port, adminPort] = [settings.port ?? (await freePort()), await freePort()];
  const options = {
    '--control-plane': controlPlane,
    ...(upstream === undefined ? {} : { '--upstream': upstream }),
    '--listen': `127.0.0.1:${port}`,
    '--admin': `127.0.0.1:${adminPort}`,
    '--state-dir': stateDir,
    ...(workers === undefined ? {} : { '--workers': String(workers) }),
    ...(config === undefined ? {} : { '--config': config }),
  };
  const running = startNode([builtGateway, ...Object.entries(options).flat()], {
    PATH: process.env.PATH ?? '',
    ...(joinKey === undefined ? {} : { TOLLKEEPER_JOIN_KEY: joinKey }),
    ...settings.env,
  });
  const [baseUrl, adminUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${adminPort}`];
  return { ...running, baseUrl, adminUrl, port, stateDir };
}
