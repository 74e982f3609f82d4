import { lookup, Resolver } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseIpAddress } from '@tollkeeper/verify';
import { type Allowance, isAllowedAddress } from './allowance.ts';
import { findUrlProblem, hostOf } from './check-url.ts';
import { isPublicAddress } from './special-ranges.ts';

/** Why a request was not sent, or had no answer, as a sentence for the people who manage the endpoint. */
export class DeliveryProblem extends Error {
  override readonly name = 'DeliveryProblem';
}

/**
 * Gives all addresses of a name.
 * @param isNamed whether the operator has named it
 */
export type Resolve = (host: string, isNamed: boolean) => Promise<readonly string[]>;

/** What a request may reach, and how names are resolved. */
export interface Guard {
  readonly allowance: Allowance;
  readonly resolve: Resolve;
  /** How long it takes at least to refuse a name. */
  readonly refusalMs: number;
}

/** Most names are looked up in less, whatever comes of it. */
export const REFUSAL_MS = 1000;

/** Each server of the name is asked twice. */
const DNS_TIMEOUT_MS = 2000;

/**
 * By DNS, the IPv4 addresses first. What the operator named is asked of the system, which knows other sources too; but
 * that takes one of two threads for as long as a server of the name is silent, and all of the process need them.
 */
export async function resolveHost(host: string, isNamed: boolean): Promise<readonly string[]> {
  if (isNamed)
    return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
  const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [ipv4, ipv6].flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  if (found.length === 0 && ipv4.status === 'rejected') throw ipv4.reason;
  return found;
}

/**
 * The one address to connect to. Names are resolved once, and all addresses of a name must be public ones, so
 * that nothing is sent to one that the name gets between the check and the connection (DNS rebinding). A name of a
 * private network is refused in the same words, and after the same time, as one that does not exist: otherwise people
 * of an organization could ask the operator's name server which names there are.
 * @throws DeliveryProblem
 */
export async function resolveTarget(guard: Guard, url: URL): Promise<string> {
  const { allowance } = guard;
  const problem = findUrlProblem(url.href, allowance);
  if (problem) throw new DeliveryProblem(`The URL ${problem}.`);
  const host = hostOf(url);
  if (parseIpAddress(host)) return host;
  if (allowance.hosts.has(host)) return resolveNamed(guard, host);
  const refusedFromMs = performance.now() + guard.refusalMs;
  const addresses = await guard.resolve(host, false).catch(() => []);
  const [first] = addresses;
  const isUsable = (address: string) =>
    isPublicAddress(address) || isAllowedAddress(allowance, address);
  if (first !== undefined && addresses.every(isUsable)) return first;
  await delay(Math.max(0, refusedFromMs - performance.now()));
  throw new DeliveryProblem(`The name "${host}" has no address to which anything is sent.`);
}

/** Of a name that the operator has named, people may learn why it has no address. */
async function resolveNamed({ resolve }: Guard, host: string): Promise<string> {
  const [first] = await resolve(host, true).catch((error: unknown) => {
    throw new DeliveryProblem(`The name "${host}" cannot be resolved${codeOf(error)}.`);
  });
  if (first === undefined) throw new DeliveryProblem(`The name "${host}" has no address.`);
  return first;
}

/** The code of a system error, for the end of a sentence. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
}
