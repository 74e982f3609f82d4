import { hash, verify } from 'node:crypto';
import { LEAK_SOURCE_MAX, LEAK_URL_MAX, type RouteOutput, type Routes } from '@tollkeeper/contract';
import { z } from 'zod';
import type { Origin, Services } from '../../context.ts';
import { DomainError } from '../../domain-error.ts';
import { commit } from '../../write/write.ts';
import { endCreated } from './end-created.ts';
import { findLeaked } from './find-leaked.ts';
import { type Finding, recordFindings } from './record-findings.ts';

type Feedback = RouteOutput<Routes['receiveGithubReport']>;

interface Signed {
  readonly body: Uint8Array;
  readonly signature: string | undefined;
  readonly keyId?: string | undefined;
}

/** Matches of one organization that share a transaction: others of the organization wait for it. */
const TOGETHER_MAX = 500;

/** GitHub may add fields; a match without a text is none. */
const match = z.object({
  token: z.string(),
  type: z.string(),
  url: z.string().nullish(),
  source: z.string().nullish(),
});
type Match = z.output<typeof match>;

/**
 * Receives keys that GitHub found in public, and answers which of them are keys of this server. Before the
 * signature is known to be GitHub's, nothing of the body is read, and nothing stored.
 * @throws DomainError not_found where it is turned off; rate_limited, signature_invalid, malformed_request,
 * unavailable
 */
export async function receiveGithubReport(
  { services, origin }: { readonly services: Services; readonly origin: Origin },
  signed: Signed,
): Promise<Feedback> {
  const { github } = services.leaks;
  if (!github) {
    throw new DomainError(
      'not_found',
      'This server takes no reports of GitHub: they are turned off.',
    );
  }
  const attempt = github.throttle.enter(origin.ip);
  if (!attempt) {
    throw new DomainError(
      'rate_limited',
      'Too many reports had no valid signature. Try again later.',
    );
  }
  let isGithub = false;
  try {
    isGithub = await isSigned(services, github.keys, signed);
  } finally {
    attempt.leave(!isGithub);
  }
  if (!isGithub) {
    throw new DomainError(
      'signature_invalid',
      'Github-Public-Key-Signature does not fit the body and the key that Github-Public-Key-Identifier names.',
    );
  }
  return handle(services, origin, parseMatches(signed.body));
}

type Keys = NonNullable<Services['leaks']['github']>['keys'];

async function isSigned(
  { log }: Pick<Services, 'log'>,
  keys: Keys,
  { body, signature, keyId }: Signed,
): Promise<boolean> {
  if (!signature || !keyId || !BASE64.test(signature)) return false;
  const key = await keys.find(keyId).catch((error: unknown) => {
    log.warn({ err: error }, 'a report cannot be checked: the public keys of GitHub are not known');
    throw new DomainError(
      'unavailable',
      'The public keys of GitHub cannot be fetched now. Send the report again.',
    );
  });
  return key !== undefined && verify('sha256', body, key, Buffer.from(signature, 'base64'));
}

/** Of ECDSA by P-256: never over 72 bytes. */
const BASE64 = /^[A-Za-z0-9+/]{8,98}={0,2}$/;

/** @throws DomainError malformed_request */
function parseMatches(body: Uint8Array): Match[] {
  try {
    const found = z
      .array(z.unknown())
      .parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
    // One by one: a list of millions that are none would otherwise make a problem of each.
    return found.map((each) => match.parse(each));
  } catch {
    // Without a cause, which would quote the body.
    throw new DomainError(
      'malformed_request',
      'The body is not a list of matches with a token each.',
    );
  }
}

async function handle(
  services: Services,
  origin: Origin,
  found: readonly Match[],
): Promise<Feedback> {
  if (!services.changeFeed.current()) await services.changeFeed.catchUp();
  const findings: (Finding & { readonly organizationId: string })[] = [];
  const feedback = found.map(({ token, type, url, source }) => {
    const leaked = findLeaked(services, token);
    if (leaked) {
      findings.push({
        ...leaked,
        url: url?.slice(0, LEAK_URL_MAX) ?? null,
        source: source?.slice(0, LEAK_SOURCE_MAX) ?? null,
      });
    }
    return {
      token_hash: hash('sha256', token, 'hex'),
      token_type: type,
      label: leaked ? ('true_positive' as const) : ('false_positive' as const),
    };
  });
  for (const [organizationId, of] of Map.groupBy(findings, (each) => each.organizationId)) {
    for (let at = 0; at < of.length; at += TOGETHER_MAX) {
      await record(services, origin, organizationId, of.slice(at, at + TOGETHER_MAX));
    }
  }
  return feedback;
}

async function record(
  services: Services,
  origin: Origin,
  organizationId: string,
  findings: readonly Finding[],
): Promise<void> {
  const source = {
    organizationId,
    actor: { type: 'system', job: 'github-secret-scanning' } as const,
    action: 'api_key.report_leak' as const,
    origin,
  };
  const { requestId } = origin;
  const report = { reporter: 'github', reportedBy: null, requestId, findings } as const;
  const { cascadeId } = await commit(services, source, (tx) =>
    recordFindings(tx, services, organizationId, report),
  );
  endCreated(services, organizationId, cascadeId);
}
