import { lookup } from 'node:dns/promises';
import { parseIpAddress } from '@tollkeeper/verify';
import { findUrlProblem, hostOf } from './check-url.ts';
import { isPublicAddress } from './special-ranges.ts';
import { isAllowedAddress, type WebhookAllowance } from './webhook-allowance.ts';

/** Why a request was not sent, or had no answer, as a sentence for the people who manage the endpoint. */
export class DeliveryProblem extends Error {
  override readonly name = 'DeliveryProblem';
}

/** Gives all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What a request may reach, and how names are resolved. */
export interface Guard {
  readonly allowance: WebhookAllowance;
  readonly resolve: Resolve;
}

/** By the resolver of the system, whose order is kept. */
export async function resolveBySystem(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}

/**
 * The one address to connect to. Names are resolved once, and all addresses of a name must be public ones, so
 * that nothing is sent to one that the name gets between the check and the connection (DNS rebinding).
 * @throws DeliveryProblem
 */
export async function resolveTarget(guard: Guard, url: URL): Promise<string> {
  const { allowance } = guard;
  const problem = findUrlProblem(url.href, allowance);
  if (problem) throw new DeliveryProblem(`The URL ${problem}.`);
  const host = hostOf(url);
  if (parseIpAddress(host)) return host;
  const addresses = await guard.resolve(host).catch((error: unknown) => {
    throw new DeliveryProblem(`The name "${host}" cannot be resolved${codeOf(error)}.`);
  });
  const [first] = addresses;
  if (first === undefined) throw new DeliveryProblem(`The name "${host}" has no address.`);
  if (allowance.hosts.has(host)) return first;
  for (const address of addresses) {
    if (isPublicAddress(address) || isAllowedAddress(allowance, address)) continue;
    throw new DeliveryProblem(
      `The name "${host}" has an address of a private or special network, to which nothing is sent.`,
    );
  }
  return first;
}

/** The code of a system error, for the end of a sentence. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
}
