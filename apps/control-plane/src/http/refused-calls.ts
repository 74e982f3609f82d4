import { ERRORS, type ErrorCode } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Origin, Services } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { apiKey, member, user } from '../db/schema/index.ts';
import { DomainError } from '../domain-error.ts';
import type { AuditTarget } from '../write/audit.ts';
import { commit, type WriteServices } from '../write/write.ts';
import { originOf } from './origin.ts';

/** Who is known to call, from before their scopes were checked. */
export interface KnownCaller {
  readonly organizationId: string;
  readonly actor:
    | { readonly type: 'member'; readonly memberId: string }
    | { readonly type: 'key'; readonly memberId: string; readonly keyId: string };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until a credential was recognized. */
    knownCaller: KnownCaller | null;
  }
}

/** What somebody asked for beyond what they may do. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'insufficient_scope',
  'scope_not_held',
  'ceiling_exceeded',
  'outside_workspace',
]);

interface RefusedCalls extends KnownCaller {
  /** Method and path, or `others`. */
  readonly operation: string;
  readonly code: ErrorCode;
  readonly minute: number;
  count: number;
  origin: Origin;
}

/** Counts refused calls in memory; each minute they become audit events. */
export interface RefusalCounter {
  count(caller: KnownCaller, call: RefusedCall): void;
  /** Appends what was counted until now. */
  flush(): Promise<void>;
  /** Flushes a last time. */
  stop(): Promise<void>;
}

interface RefusedCall {
  readonly operation: string;
  readonly code: ErrorCode;
  readonly origin: Origin;
}

const MINUTE_MS = 60_000;
/** Operations of one caller that have an event of their own in a minute; the others share one. */
const OPERATIONS_MAX = 10;
/** Callers of an organization between two flushes; further ones are only logged. */
const CALLERS_MAX = 1000;
const OTHERS = 'others';

/**
 * Sums refusals by caller, operation and minute, so that a credential that goes on trying adds a few
 * events a minute, however many calls it sends. Callers without a credential add none.
 * @param everyMs how often what was counted is appended
 */
export function startRefusalCounter(services: RefusalServices, everyMs: number): RefusalCounter {
  let counted = new Map<string, CallersOf>();
  let flushing = Promise.resolve();
  const flush = () => {
    flushing = flushing.then(async () => {
      const calls = [...counted.values()].flatMap((callers) => [...callers.values()].flat());
      counted = new Map();
      for (const call of calls) await record(services, call);
    });
    return flushing;
  };
  const timer = setInterval(flush, everyMs).unref();
  return {
    count(caller, call) {
      const minute = Math.floor(services.clock().getTime() / MINUTE_MS) * MINUTE_MS;
      const { organizationId, actor } = caller;
      const callers = counted.get(organizationId) ?? new Map();
      counted.set(organizationId, callers);
      const id = `${actor.type === 'key' ? actor.keyId : actor.memberId} ${minute}`;
      const calls = callers.get(id);
      if (!calls && callers.size >= CALLERS_MAX) {
        services.log.warn({ ...caller, ...call }, 'refused call not recorded: too many callers');
        return;
      }
      const ofCaller = calls ?? [];
      callers.set(id, ofCaller);
      add(ofCaller, caller, call, minute);
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** By caller and minute. */
type CallersOf = Map<string, RefusedCalls[]>;

type RefusalServices = WriteServices & Pick<Services, 'log'>;

function add(calls: RefusedCalls[], caller: KnownCaller, call: RefusedCall, minute: number): void {
  const isSame = (operation: string) => (each: RefusedCalls) =>
    each.operation === operation && each.code === call.code;
  const isOver = calls.length >= OPERATIONS_MAX && !calls.some(isSame(call.operation));
  const operation = isOver ? OTHERS : call.operation;
  const known = calls.find(isSame(operation));
  if (!known) {
    calls.push({ ...caller, ...call, operation, minute, count: 1 });
    return;
  }
  known.count += 1;
  known.origin = call.origin;
}

/** A caller or an organization that was deleted meanwhile has no log any more. */
async function record(services: RefusalServices, call: RefusedCalls): Promise<void> {
  const { organizationId, actor, operation, code, count, minute, origin } = call;
  const source = { organizationId, actor, action: 'access.refused', origin } as const;
  await commit(services, source, async (tx) => {
    const target = await findTarget(tx, call);
    if (!target) return { replayed: undefined };
    const after = { operation, code, count, minute: new Date(minute).toISOString() };
    return { result: undefined, target, before: null, after, changes: [] };
  }).catch((error: unknown) => {
    services.log.error({ err: error, ...call }, 'refused calls not recorded');
  });
}

/** The caller: the events of a member or a key show what it tried. */
async function findTarget(
  tx: Transaction,
  { organizationId, actor }: KnownCaller,
): Promise<AuditTarget | undefined> {
  if (actor.type === 'key') {
    const [row] = await tx
      .select({ id: apiKey.id, name: apiKey.name, workspaceId: apiKey.workspaceId })
      .from(apiKey)
      .where(and(eq(apiKey.organizationId, organizationId), eq(apiKey.id, actor.keyId)));
    return row && { type: 'api_key', ...row };
  }
  const [row] = await tx
    .select({ id: member.id, name: user.name })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(and(eq(member.organizationId, organizationId), eq(member.id, actor.memberId)));
  return row && { type: 'member', ...row };
}

/** Counts what the API refuses to callers whom it knows. Runs only where a request failed. */
export function countRefusals(app: FastifyInstance, counter: RefusalCounter): void {
  app.decorateRequest('knownCaller', null);
  app.addHook('onError', (request, _reply, error, done) => {
    if (error instanceof DomainError && REFUSALS.has(error.code)) countRefusal(request, error);
    done();
  });
  const countRefusal = (request: FastifyRequest, { code }: DomainError) => {
    const { knownCaller, routeOptions, method } = request;
    if (!knownCaller || ERRORS[code].status !== 403) return;
    const operation = `${method} ${String(routeOptions.url).replace(/:(\w+)/g, '{$1}')}`;
    counter.count(knownCaller, { operation, code, origin: originOf(request) });
  };
}
