import type { Clock } from './clock.ts';
import type { ControlPlaneAddress } from './connection/control-plane-address.ts';
import type { ForwardProxy } from './connection/forward-proxy.ts';
import type { Identity } from './identity/open-identity.ts';
import type { Log } from './log.ts';
import type { StateFolder } from './state-folder/open-state-folder.ts';
import type { Workers } from './workers/workers.ts';

/** What an instance is started with. */
export interface FleetOptions {
  /** Where the control plane answers, such as https://keys.example.com. */
  readonly controlPlane: string;
  /** Forward proxy on the way to the control plane, with its credentials, such as http://proxy.example.com:3128. */
  readonly proxy?: string | undefined;
  /** Needed once: an instance that has joined goes on from its state folder. */
  readonly joinKey: string | undefined;
  /** Where to keep who it is, its snapshot and its counts. Of this instance alone. */
  readonly stateDir: string;
  /** What people will call it. */
  readonly name: string;
  readonly softwareVersion: string;
  readonly hostname: string;
  /** For how long to serve without word from the control plane; null is for ever. */
  readonly staleMaxMs: number | null;
  /** Verifier key of the organization's transparency log; undefined trusts the first that comes. */
  readonly transparencyLogKey?: string | undefined;
  readonly log: Log;
  /** Decide and count in place of this process, which then says no_snapshot itself. */
  readonly workers?: Workers | undefined;
  /** Ends the start, which else waits for as long as the control plane cannot be reached. */
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Of instances and nonces. */
  readonly randomBytes?: (count: number) => Buffer;
}

/** What an instance runs with, once it is known who it is. */
export interface Run extends Omit<FleetOptions, 'controlPlane' | 'proxy'> {
  readonly proxy: ForwardProxy | undefined;
  readonly controlPlane: ControlPlaneAddress;
  readonly folder: StateFolder;
  readonly identity: Identity;
  /** Of this run of the process, and of its spool: 32 hexadecimal digits. */
  readonly instanceId: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly randomBytes: (count: number) => Buffer;
}
