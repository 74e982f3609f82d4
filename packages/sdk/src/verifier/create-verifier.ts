import { hostname } from 'node:os';
import { type PublicDecisionCode, publicDecisionCode } from '@tollkeeper/contract';
import {
  authorize,
  type CallFacts,
  createCounters,
  type Decision,
  type FleetOptions,
  type FleetStatus,
  type Log,
  type NoKeys,
  startFleet,
  systemClock,
} from '@tollkeeper/gateway-core';
import packageJson from '../../package.json' with { type: 'json' };
import {
  type Decider,
  type RequiredScope,
  requiredSet,
  type VerifiedKey,
  verifiedKey,
} from './authorize-call.ts';

export interface VerifierOptions {
  /** Where the control plane answers, such as https://keys.example.com. */
  readonly controlPlane: string;
  /** Forward proxy on the way there, with its credentials: `process.env.HTTPS_PROXY`, if you use it. */
  readonly proxy?: string | undefined;
  /** Needed at the first start; after that the state folder says who this is. */
  readonly joinKey?: string;
  /** Where identity, snapshot and counts are kept; of this process alone. */
  readonly stateDir?: string;
  /** What people see in the fleet; the host's name unless said otherwise. */
  readonly name?: string;
  /** For how long to decide without word from the control plane, in milliseconds; else for ever. */
  readonly staleMaxMs?: number;
  /** Pino's shape. Warnings and errors go to the console unless said otherwise. */
  readonly log?: Log;
  readonly signal?: AbortSignal;
}

export interface VerifyRequest {
  /** What the caller presented. */
  readonly key: string;
  /** Where the request comes from; without it keys that are bound to addresses are refused. */
  readonly ip?: string;
  /** All must be in force, besides `apis.call`, which every call needs. */
  readonly scopes?: readonly RequiredScope[];
  /**
   * What policies may ask about the request that the key came with. Without it, a key is accepted
   * only where the policies of the workspace decide by the key alone.
   */
  readonly request?: VerifiedRequest;
}

export interface VerifiedRequest {
  /** GET, POST and so on. */
  readonly method: string;
  /** Without the query, as it was sent. */
  readonly path: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Model that its body asks for. */
  readonly model?: string;
  /** Message to an MCP server that its body is; `tool` is for tools/call. */
  readonly mcp?: { readonly method: string; readonly tool?: string };
}

export type Verification =
  | { readonly valid: true; readonly code: 'valid'; readonly key: VerifiedKey }
  | {
      readonly valid: false;
      readonly code: Exclude<PublicDecisionCode, 'valid'> | NoKeys;
      readonly key: null;
    };

export interface Verifier extends Decider {
  /** Decides from memory, without waiting, and counts the call. @throws RangeError unknown scope */
  verify(request: VerifyRequest): Verification;
  status(): FleetStatus;
  /** Sends what was counted and leaves the fleet. */
  close(): Promise<void>;
}

/**
 * Joins the fleet of a workspace, as a gateway does, and follows its keys in this process.
 * Resolves when it can decide, or when the control plane cannot be reached: then it refuses
 * everything, with `no_snapshot`, and goes on trying.
 * @throws FleetError when it cannot join, or the state folder cannot be used
 */
export async function createVerifier(options: VerifierOptions): Promise<Verifier> {
  const { log = consoleLog } = options;
  const fleet = await startFleet(fleetOptions(options, log));
  const counters = createCounters(systemClock);
  return {
    fleet,
    counters,
    log,
    verify: ({ key: secret, ip = '', scopes = [], request }) => {
      const required = requiredSet(scopes);
      const call = request && callFacts(request);
      const decision = authorize(fleet, { secret, ip, required, call }, Date.now(), counters);
      // At once: the caller may answer at any time, and only what is in the spool survives.
      fleet.flush();
      if (decision.code === 'valid') {
        return { valid: true, code: 'valid', key: verifiedKey(decision.key, decision.scopes) };
      }
      return { valid: false, code: publicCode(decision.code), key: null };
    },
    status: () => fleet.status(),
    close: () => fleet.close(),
  };
}

function callFacts({ method, path, host = '', headers = {}, ...body }: VerifiedRequest): CallFacts {
  const rawHeaders = Object.entries(headers).flat();
  return { method, path, host, routePath: '', rawHeaders, body };
}

function fleetOptions(options: VerifierOptions, log: Log): FleetOptions {
  const { stateDir = './tollkeeper-state', staleMaxMs = null } = options;
  const { controlPlane, proxy, joinKey, name = hostname(), signal } = options;
  return {
    controlPlane,
    proxy,
    joinKey,
    stateDir,
    name,
    softwareVersion: `sdk ${packageJson.version}`,
    hostname: hostname(),
    staleMaxMs,
    log,
    ...(signal ? { signal } : {}),
  };
}

const consoleLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (details, message) => console.warn(`tollkeeper: ${message}`, details),
  error: (details, message) => console.error(`tollkeeper: ${message}`, details),
};

function isNoKeys(code: Decision['code']): code is NoKeys {
  return code === 'no_snapshot' || code === 'snapshot_stale' || code === 'gateway_removed';
}

function publicCode(code: Exclude<Decision['code'], 'valid'>) {
  if (isNoKeys(code)) return code;
  const shown = publicDecisionCode(code);
  // `valid` is left over in the type only.
  return shown === 'valid' ? 'invalid_key' : shown;
}
