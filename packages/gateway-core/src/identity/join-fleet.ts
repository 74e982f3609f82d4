import { type JoinedGateway, joinGateway, problem } from '@tollkeeper/contract';
import { type Clock, pause } from '../clock.ts';
import { createBackoff } from '../connection/backoff.ts';
import type { ControlPlaneAddress } from '../connection/control-plane-address.ts';
import { FleetError, reasonOf } from '../fleet-error.ts';
import type { Log } from '../log.ts';

const ANSWER_MS = 10_000;
/** What passes with time: the control plane starts, is overloaded, or a proxy stands alone. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

export interface Joining {
  readonly controlPlane: ControlPlaneAddress;
  readonly joinKey: string;
  readonly publicKey: string;
  readonly name: string;
  readonly softwareVersion: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks to join until there is an answer. The same key pair may ask again and again: it is the
 * same gateway, and uses up the join key once.
 * @throws FleetError join_refused; the signal's reason
 */
export async function joinFleet(joining: Joining): Promise<JoinedGateway> {
  const backoff = createBackoff(joining.random);
  for (;;) {
    try {
      return await ask(joining);
    } catch (error) {
      joining.signal?.throwIfAborted();
      if (error instanceof FleetError) throw error;
      const waitMs = Math.round(backoff.next());
      joining.log.warn(
        { controlPlane: joining.controlPlane.text, waitMs },
        `the control plane cannot be reached, this gateway will try again: ${reasonOf(error)}`,
      );
      await pause(joining.clock, waitMs, joining.signal);
    }
  }
}

/** @throws FleetError when it was refused, anything else when another attempt may succeed */
async function ask(joining: Joining): Promise<JoinedGateway> {
  const { joinKey, publicKey, name, softwareVersion, signal } = joining;
  const late = AbortSignal.timeout(ANSWER_MS);
  const response = await joining.fetch(joining.controlPlane.joinUrl, {
    method: joinGateway.method,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ joinKey, publicKey, name, softwareVersion }),
    // A join key is sent where the operator said, and nowhere else.
    redirect: 'manual',
    signal: signal ? AbortSignal.any([signal, late]) : late,
  });
  if (PASSING.includes(response.status)) {
    await response.body?.cancel();
    throw new Error(`it answers ${response.status}`);
  }
  const answer: unknown = await response.json().catch((error: unknown) => {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  });
  const joined = joinGateway.response.safeParse(answer);
  if (response.status === joinGateway.status && joined.success) return joined.data;
  throw denial(joining.controlPlane, response.status, answer);
}

function denial(controlPlane: ControlPlaneAddress, status: number, answer: unknown): FleetError {
  const parsed = problem.safeParse(answer);
  if (!parsed.success) {
    return new FleetError(
      'join_refused',
      `What answers at "${controlPlane.joinUrl}" is not a control plane (status ${status}). ` +
        'Is the address right?',
    );
  }
  const { code, detail, errors = [] } = parsed.data;
  const fields = errors.map((each) => ` ${each.path}: ${each.message}.`).join('');
  const what =
    code === 'not_found'
      ? `"${controlPlane.text}" knows nothing of gateways. Is the address right?`
      : `The control plane does not let this gateway in: ${detail}${fields}`;
  return new FleetError('join_refused', what);
}
