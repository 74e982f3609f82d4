import type { DecisionCode, Labels } from '@tollkeeper/contract';
import type { FleetUpstream } from '@tollkeeper/protocol';
import type { KeyIndex } from '@tollkeeper/verify';
import type { WitnessStatus } from './witness/index.ts';

/** What policies can ask about the gateway itself, as people named it. */
export interface GatewayFacts {
  readonly name: string;
  readonly labels: Labels;
}

/** What a gateway decides with: the keys of one workspace. */
export interface WorkspaceKeys {
  readonly index: KeyIndex;
  readonly organizationId: string;
  readonly workspaceId: string;
  /** Undefined while it is not known: policies that ask for the request then refuse. */
  readonly gateway: GatewayFacts | undefined;
}

/** Why nothing may pass at this moment: doubt refuses. */
export type NoKeys = 'no_snapshot' | 'snapshot_stale' | 'gateway_removed';

/** Whose call it was. */
export interface CallSubject {
  readonly keyId: string;
  readonly ownerId: string;
  /** The workspace that the key is confined to. */
  readonly workspaceId: string | null;
}

/** Who used a canary key, as far as that is known. */
export interface CanaryCaller {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** What a call was, and how it was decided, for counts that distinguish calls. */
export interface DecidedCall {
  readonly code: DecisionCode;
  /** Empty where it is not known. */
  readonly method: string;
  /** Empty where the call takes no route. */
  readonly routePath: string;
  /** Ids of the policies in shadow mode that would have refused it. */
  readonly refusedBy: readonly string[];
  /** What it needed of the scopes of its key, if it was accepted; see `formatScopeNeeds`. */
  readonly needs?: string | undefined;
}

/** An instance's membership of the fleet: it has joined, receives the keys of its workspace and reports its calls. */
export interface Fleet {
  /** What to decide with now. Never waits. */
  keys(): WorkspaceKeys | NoKeys;
  /**
   * Counts a decided call.
   * @param atMs when, in milliseconds since 1970
   * @param call missing where nothing else is known about it
   * @param ip where it came from, if that is known
   */
  count(
    subject: CallSubject,
    accepted: boolean,
    atMs: number,
    call?: DecidedCall,
    ip?: string,
  ): void;
  /** Counts a use of a canary key, which nobody should use. It is reported with the counts. */
  countCanary(keyId: string, caller: CanaryCaller, atMs: number): void;
  /**
   * Writes all counts to the spool that are not there yet: to be called before an answer is sent. One
   * write serves all calls of a turn of the event loop.
   */
  flush(): void;
  status(): FleetStatus;
  /**
   * Reports a fault of the instance, or of its rate limits, to be shown beside those of the fleet; null
   * clears it.
   */
  report(fault: string | null, topic?: 'instance' | 'limits'): void;
  /** Says where reports to the control plane read the states of upstreams from. */
  watchUpstreams(read: () => readonly FleetUpstream[]): void;
  /** Stores and, where the control plane can be reached, hands over what was counted. */
  close(): Promise<void>;
}

export interface FleetStatus {
  /** Null before it has joined. */
  readonly gatewayId: string | null;
  readonly name: string;
  readonly labels: Labels;
  readonly draining: boolean;
  readonly connected: boolean;
  /** The version that it decides with; null without a snapshot. */
  readonly version: number | null;
  /** Since the control plane last confirmed the version, in milliseconds. */
  readonly ageMs: number | null;
  readonly staleMaxMs: number | null;
  /** Calls counted that the control plane has not stored yet. */
  readonly spooledCalls: number;
  /** What is wrong, for people; null when nothing is. */
  readonly fault: string | null;
  /** What it has seen of the transparency log; null before it has joined. */
  readonly witness: WitnessStatus | null;
}
