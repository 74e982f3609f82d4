import { randomUUID } from 'node:crypto';
import {
  type DecisionCode,
  decisionDetail,
  ERRORS,
  type ErrorCode,
  type GatewayProblem,
  publicDecisionCode,
} from '@tollkeeper/contract';
import { type ScopeSet, scopeNames } from '@tollkeeper/verify';

/** Why a request is not let through, for the one who sent it. */
export interface Denial {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Those that the key lacks, with insufficient_scope. */
  readonly scopes?: readonly string[];
  /** Names and values in turn, Retry-After among them, with rate_limited. */
  readonly headers?: readonly string[];
}

/** The head and body of an answer of the gateway's own. */
export interface DenialAnswer {
  readonly status: number;
  /** Names and values in turn, without those of the connection. */
  readonly headers: readonly string[];
  readonly body: string;
  /** As the body states it. */
  readonly requestId: string;
}

export const UNAVAILABLE: Denial = {
  code: 'unavailable',
  detail: 'The gateway could not decide. Try again; if it stays, look into its log.',
};

/**
 * What a decision shows to the outside: a malformed and an unknown key look the same.
 * @param missing what a key lacks that is refused for it
 */
export function denialOf(code: Exclude<DecisionCode, 'valid'>, missing: ScopeSet): Denial {
  const shown = publicDecisionCode(code);
  const scopes = scopeNames(missing);
  const detail = decisionDetail(code, scopes);
  // `valid` is left over in the type only.
  if (shown === 'valid') return UNAVAILABLE;
  return code === 'insufficient_scope' ? { code: shown, detail, scopes } : { code: shown, detail };
}

/** For those who run the gateway, where a call is refused for what is not known of it. */
const LACKING = {
  request:
    'The policies of the workspace ask for the request, of which the gateway does not know enough.',
  ip: 'The policies of the workspace ask for the request, and the address of its client is not known. If another proxy asks, name it in trustedProxies.',
  path: 'The policies of the workspace ask for the request, and its path can be read in two ways.',
} as const;

/** A policy forbids the call, none permits it, or too little is known of it to say so. */
export function policyDenial(lacking: keyof typeof LACKING | undefined): Denial {
  const detail = lacking ? LACKING[lacking] : decisionDetail('policy_denied', []);
  return { code: 'policy_denied', detail };
}

const CHALLENGES = ['Bearer realm="tollkeeper"'];

/** How the body of an answer states a problem. */
export type DenialForm = (problem: GatewayProblem) => {
  readonly contentType: string;
  readonly body: string;
};

/** RFC 9457, with the error object that clients of LLM providers read. */
const asProblem: DenialForm = (problem) => ({
  contentType: 'application/problem+json',
  body: JSON.stringify(problem),
});

/** @param challenges values of WWW-Authenticate, for a denial that asks for another credential */
export function denialAnswer(
  { code, detail, scopes, headers }: Denial,
  challenges: readonly string[] = CHALLENGES,
  form: DenialForm = asProblem,
): DenialAnswer {
  const { status, title } = ERRORS[code];
  const requestId = `req_${randomUUID()}`;
  const problem: GatewayProblem = {
    type: `urn:tollkeeper:error:${code}`,
    title,
    status,
    code,
    detail,
    requestId,
    ...(scopes ? { scopes: [...scopes] } : {}),
    error: { message: detail, type: errorType(status), code },
  };
  const { contentType, body } = form(problem);
  return {
    status,
    headers: [
      'Content-Type',
      contentType,
      'Content-Length',
      String(Buffer.byteLength(body)),
      'Cache-Control',
      'no-store',
      ...(status === 401 ? challenges.flatMap((each) => ['WWW-Authenticate', each]) : []),
      ...(headers ?? (status === 503 || status === 429 ? ['Retry-After', '2'] : [])),
    ],
    body,
    requestId,
  };
}

/** The kinds of errors that OpenAI and Anthropic document. */
const ERROR_TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
]);

function errorType(status: number): string {
  return ERROR_TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}
