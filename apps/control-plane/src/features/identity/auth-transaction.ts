import { AsyncLocalStorage } from 'node:async_hooks';
import { type DrizzleAdapterConfig, drizzleAdapter } from '@better-auth/drizzle-adapter';
import type { Factor } from '@tollkeeper/contract';
import type { BetterAuthOptions } from 'better-auth';
import { APIError } from 'better-auth/api';
import type { Database, Transaction } from '../../db/connect.ts';
import { isRetryable } from '../../db/database-errors.ts';
import { DomainError } from '../../domain-error.ts';
import { confirmUser, type RequestUser } from './confirm-user.ts';
import { userTransaction } from './user-transaction.ts';

type Adapter = ReturnType<ReturnType<typeof drizzleAdapter>>;

/** One request to Better Auth: all that it writes is in one transaction, its audit events too. */
export interface AuthRequest {
  /** The transaction, begun if it was not yet. */
  begin(): Promise<Transaction>;
  /**
   * Begins, and confirms the user once before anything is written.
   * @throws DomainError unauthenticated
   */
  confirm(userId: string): Promise<Transaction>;
  /** The hash that the given password matched. */
  matchedHash?: string;
  /** The session that Better Auth opened. */
  opened?: { readonly userId: string; readonly factors: readonly Factor[] };
  /** The user whose code Better Auth found wrong. */
  failedUserId?: string;
}

interface AuthRequestOptions {
  /** Confirmed before anything is written. */
  readonly caller: RequestUser | undefined;
  /**
   * Whether an audit event follows from a success. The transaction then begins in the turn of the
   * user's organizations, and so must not begin before the user is known.
   */
  readonly isAudited: boolean;
  /** User of that event, unless it is the caller or the user who is confirmed first. */
  readonly subjectId?: string | undefined;
}

interface Running extends AuthRequest {
  readonly transaction: LazyTransaction;
  readonly caller: RequestUser | undefined;
  adapter?: Adapter;
  /** Why nothing may be written; Better Auth makes an error of its own of what is thrown. */
  refusal?: DomainError;
}

const running = new AsyncLocalStorage<Running>();
const ATTEMPTS_MAX = 3;

export function currentAuthRequest(): AuthRequest | undefined {
  return running.getStore();
}

interface Outcome<T> {
  readonly result: T;
  /** Whether what was written stays. */
  readonly isKept: boolean;
}

/**
 * Runs calls of Better Auth, and what follows from them, in one transaction. `work` runs again after
 * a deadlock. What it throws undoes all of it.
 * @throws DomainError unauthenticated, unavailable, rate_limited
 */
export async function runAuthRequest<T>(
  db: Database,
  options: AuthRequestOptions,
  work: (request: AuthRequest) => Promise<Outcome<T>>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const transaction = new LazyTransaction(db);
    const request = createRequest(transaction, options);
    try {
      const { result, isKept } = await running.run(request, () => work(request));
      if (request.refusal) throw request.refusal;
      await transaction.end(isKept);
      return result;
    } catch (error) {
      await transaction.end(false);
      if (attempt >= ATTEMPTS_MAX || !isRetryable(error)) throw error;
    }
  }
}

function createRequest(
  transaction: LazyTransaction,
  { caller, isAudited, subjectId }: AuthRequestOptions,
): Running {
  const confirmed = new Map<string, Promise<void>>();
  const noteRefusal = (error: unknown): never => {
    if (error instanceof DomainError) request.refusal = error;
    throw error;
  };
  const begin = (userId = caller?.userId ?? subjectId) =>
    transaction.begin(isAudited ? userId : undefined).catch(noteRefusal);
  const request: Running = {
    transaction,
    caller,
    begin: () => begin(),
    async confirm(userId) {
      const tx = await begin(userId);
      const { matchedHash } = request;
      const own = caller?.userId === userId ? caller : { userId };
      const confirming = confirmed.get(userId) ?? confirmUser(tx, { ...own, matchedHash });
      confirmed.set(userId, confirming);
      await confirming.catch(noteRefusal);
      return tx;
    },
  };
  return request;
}

/**
 * Begins with the first statement that writes. Until then no connection is held: while passwords
 * are hashed, which takes long by design, nobody else waits for one, nor for the organization.
 */
class LazyTransaction {
  readonly #db: Database;
  readonly #decision = Promise.withResolvers<boolean>();
  #begun: Promise<Transaction> | undefined;
  #ended: Promise<void> = Promise.resolve();
  current: Transaction | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @param userId whose organizations get an event */
  begin(userId: string | undefined): Promise<Transaction> {
    this.#begun ??= new Promise((resolve, reject) => {
      const work = async (tx: Transaction) => {
        this.current = tx;
        resolve(tx);
        if (!(await this.#decision.promise)) throw new RolledBack();
      };
      this.#ended =
        userId === undefined ? this.#db.transaction(work) : userTransaction(this.#db, userId, work);
      this.#ended.catch(reject);
    });
    return this.#begun;
  }

  async end(isKept: boolean): Promise<void> {
    this.#decision.resolve(isKept);
    await this.#ended.catch((error: unknown) => {
      if (isKept) throw error;
    });
  }
}

class RolledBack extends Error {}

/** Better Auth prints whatever is thrown inside it, unless it is an error of its own. */
export async function confirmInside(request: AuthRequest, userId: string): Promise<Transaction> {
  try {
    return await request.confirm(userId);
  } catch (error) {
    throw error instanceof DomainError ? new APIError('UNAUTHORIZED') : error;
  }
}

/** Better Auth's adapter, on the transaction of the request that runs. */
export function authAdapter(db: Database, config: DrizzleAdapterConfig) {
  return (options: BetterAuthOptions): Adapter => {
    const outside = drizzleAdapter(db, config)(options);
    const inside = (request: Running, tx: Transaction) => {
      request.adapter ??= drizzleAdapter(tx, config)(options);
      return request.adapter;
    };
    const reader = () => {
      const request = running.getStore();
      const tx = request?.transaction.current;
      return request && tx ? inside(request, tx) : outside;
    };
    const writer = async () => {
      const request = running.getStore();
      if (!request) return outside;
      const { caller } = request;
      return inside(
        request,
        await (caller ? confirmInside(request, caller.userId) : request.begin()),
      );
    };
    const adapter: Adapter = {
      ...outside,
      findOne: async (query) => reader().findOne(query),
      findMany: async (query) => reader().findMany(query),
      count: async (query) => reader().count(query),
      create: async (query) => (await writer()).create(query),
      update: async (query) => (await writer()).update(query),
      updateMany: async (query) => (await writer()).updateMany(query),
      delete: async (query) => (await writer()).delete(query),
      deleteMany: async (query) => (await writer()).deleteMany(query),
      consumeOne: async (query) => (await writer()).consumeOne(query),
      async incrementOne<T>(query: Parameters<Adapter['incrementOne']>[0]) {
        const row = await (await writer()).incrementOne<T>(query);
        noteFailure(query.increment, row);
        return row;
      },
      transaction: (work) => work(adapter),
    };
    return adapter;
  };
}

/** Better Auth counts a wrong code on the row of its user. */
function noteFailure(increment: object, row: unknown): void {
  const request = running.getStore();
  if (!request || !('failedVerificationCount' in increment)) return;
  if (typeof row !== 'object' || row === null || !('userId' in row)) return;
  if (typeof row.userId === 'string') request.failedUserId = row.userId;
}
