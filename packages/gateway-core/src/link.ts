import { UPSTREAM_STATES } from '@tollkeeper/contract';
import {
  CONFIRM_MS,
  type DownwardOf,
  type FleetUpstream,
  type Hello,
  PROTOCOL_VERSION,
  readPublicKey,
  signHello,
  UPSTREAM_URL_MAX,
  UPSTREAMS_MAX,
  type Upward,
  WITNESS_PROTOCOL,
} from '@tollkeeper/protocol';
import { repeat } from './clock.ts';
import {
  type ControlPlaneConnection,
  handleConnection,
} from './connection/control-plane-connection.ts';
import { keepConnected } from './connection/keep-connected.ts';
import { openSocket, type Socket } from './connection/open-socket.ts';
import { type Faults, toLine } from './faults.ts';
import type { GatewayFacts } from './fleet.ts';
import type { Run } from './fleet-options.ts';
import { HEALTH_MS, type HealthMeter } from './health.ts';
import { removeIdentity } from './identity/identity-file.ts';
import { openGatewayFile } from './snapshot/gateway-file.ts';
import type { SnapshotSync } from './sync/index.ts';
import { type UsageSpool, usageInVersion } from './usage/index.ts';
import { createUsageReport } from './usage/usage-report.ts';
import type { Witness } from './witness/index.ts';

/** An instance's line to the control plane, and what is said over it. */
export interface Link {
  /** What people may change while it runs. */
  known(): Known;
  /** As the control plane last described this gateway; undefined while that is not known. */
  gateway(): GatewayFacts | undefined;
  isConnected(): boolean;
  /** Whether the control plane has said that this instance is no longer of the fleet. */
  isRemoved(): boolean;
  /** Resolves when it is known what to decide with, or that this cannot be known now. */
  readonly settled: Promise<void>;
  /** Hands over the last counts, where somebody takes them. */
  close(): Promise<void>;
}

type Known = GatewayFacts & Pick<DownwardOf<'gateway'>, 'draining'>;

/** How long the last counts may take to be handed over. */
const HAND_OVER_MS = 3000;
const REMOVED =
  'This gateway was removed from the fleet: it denies every request. Start it with a new join key ' +
  'to make it a gateway again.';

interface LinkParts {
  readonly run: Run;
  readonly sync: SnapshotSync;
  readonly faults: Faults;
  readonly spool: UsageSpool;
  readonly meter: HealthMeter;
  readonly witness: Witness;
  readonly upstreams: () => readonly FleetUpstream[];
  /** Called at first, if it is known, and whenever people have edited this gateway. */
  readonly described: (gateway: GatewayFacts) => void;
}

export function openLink(parts: LinkParts): Link {
  const { run, sync, faults, spool, meter, witness, upstreams } = parts;
  const { identity, folder, clock, random, log } = run;
  const usage = createUsageReport(spool, faults, clock);
  const settled = Promise.withResolvers<void>();
  const controlPlaneKey = readPublicKey(identity.controlPlaneKey);
  const gatewayFile = openGatewayFile(folder, identity.gatewayId, controlPlaneKey);
  let known: Known = { name: run.name, labels: {}, draining: false };
  let gateway: GatewayFacts | undefined;
  let connected: Socket | undefined;
  /** Version of the protocol on this connection. */
  let spoken = PROTOCOL_VERSION;
  let isRemoved = false;
  let isStopping = false;

  /** @param frame of a message that is to be stored */
  function describe({ name, labels, draining }: Known, frame?: Uint8Array): void {
    known = { name, labels, draining };
    const isSame = gateway && JSON.stringify(gateway) === JSON.stringify({ name, labels });
    if (isSame) return;
    gateway = { name, labels };
    parts.described(gateway);
    try {
      if (frame) gatewayFile.write(frame);
    } catch (error) {
      log.error({ err: error }, 'name and labels of this gateway cannot be stored');
    }
  }

  const stored = gatewayFile.read();
  if (stored) describe(stored);

  const reportHealth = () => {
    // The alarm of the witness goes with its own message, and would be shown twice.
    const fault = faults.text(spoken >= WITNESS_PROTOCOL ? 'witness' : undefined);
    const health = { ...meter.last(), spooledCalls: spool.pendingCalls(), fault };
    connected?.send({ type: 'health', ...health, ...upstreamsPart(upstreams()) });
  };
  const stopHealth = repeat(clock, HEALTH_MS, () => {
    meter.measure();
    if (connected) reportHealth();
  });

  const stopChecks = repeat(clock, CONFIRM_MS, () => {
    if (connected) for (const each of sync.check()) connected.send(each);
  });

  const connection: ControlPlaneConnection = {
    controlPlane: run.controlPlane.text,
    controlPlaneKey,
    gatewayId: identity.gatewayId,
    sync,
    faults,
    log,
    witness,
    hello(challenge, protocol) {
      spoken = protocol;
      return makeHello(run, sync, challenge, protocol);
    },
    welcomed(header, socket, frame) {
      describe(header, frame);
      if (connected) return;
      connected = socket;
      log.info({ gatewayId: identity.gatewayId }, 'this gateway is connected');
      reportHealth();
      if (spoken >= WITNESS_PROTOCOL) socket.send(witness.announce());
      usage.connected((message) => {
        const versioned = inVersion(spoken, message);
        return versioned !== undefined && socket.send(versioned);
      });
    },
    usageStored: ({ spoolId, sequence }) => usage.stored(spoolId, sequence),
    async removed() {
      isRemoved = true;
      log.error({ gatewayId: identity.gatewayId }, REMOVED);
      faults.set('removed', REMOVED);
      // Not awaited: it ends after the message that is being taken.
      void supervisor.close('it was removed from the fleet');
      gatewayFile.remove();
      await Promise.all([sync.forget(), removeIdentity(folder)]);
    },
    moved() {
      if (sync.isCurrent()) settled.resolve();
    },
    isStopping: () => isStopping,
    closed() {
      connected = undefined;
      usage.disconnected();
      settled.resolve();
    },
  };

  const supervisor = keepConnected({
    open: (events) => openSocket(run.controlPlane.fleetUrl, events, clock, run.proxy?.agent),
    session: (socket) => handleConnection(connection, socket),
    clock,
    random,
  });

  return {
    known: () => known,
    gateway: () => gateway,
    isConnected: () => connected !== undefined,
    isRemoved: () => isRemoved,
    settled: settled.promise,
    async close() {
      await usage.finish(HAND_OVER_MS);
      stopHealth();
      stopChecks();
      isStopping = true;
      await supervisor.close('it stops');
    },
  };
}

/** The worst first, so that what is too much for a report is well. */
function upstreamsPart(all: readonly FleetUpstream[]): { upstreams?: FleetUpstream[] } {
  if (all.length === 0) return {};
  const worst = all.toSorted((one, other) => rank(other) - rank(one)).slice(0, UPSTREAMS_MAX);
  return {
    upstreams: worst.map(({ url, state }) => ({ url: toLine(url, UPSTREAM_URL_MAX), state })),
  };
}

function rank({ state }: FleetUpstream): number {
  return UPSTREAM_STATES.indexOf(state);
}

/** @returns undefined for what has to wait for a control plane that can take it */
function inVersion(protocol: number, message: Upward): Upward | undefined {
  return message.type === 'usage' ? usageInVersion(protocol, message) : message;
}

function makeHello(run: Run, sync: SnapshotSync, challenge: string, protocol: number): Hello {
  const { gatewayId, workspaceId, privateKey } = run.identity;
  const { instanceId, softwareVersion, hostname, staleMaxMs } = run;
  const claims = { gatewayId, instanceId, workspaceId, ...sync.hello(protocol) };
  return {
    type: 'hello',
    protocol,
    ...claims,
    signature: signHello(privateKey, challenge, claims),
    softwareVersion,
    hostname,
    staleMaxMs,
  };
}
