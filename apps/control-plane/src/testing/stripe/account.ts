import { API_VERSION } from './api-version.ts';
import type { Event, Stored, Subscription } from './objects.ts';
import { refuse } from './refusal.ts';

/** What one account of Stripe holds, and the events that it has emitted. */
export interface Account {
  readonly objects: Map<string, Stored>;
  readonly events: Event[];
  readonly now: () => number;
  /** Whether cards are declined from now on. */
  declines: boolean;
  newId(prefix: string): string;
  add<T extends Stored>(stored: T): T;
  /** @throws Refusal resource_missing */
  get<K extends Stored['object']>(
    kind: K,
    id: string,
    param?: string,
  ): Extract<Stored, { object: K }>;
  /** Newest first. */
  all<K extends Stored['object']>(kind: K): Extract<Stored, { object: K }>[];
  /** A copy of the object as it is now goes with the event. */
  emit(type: string, object: Stored): void;
}

/** @param mode marks the ids: those of one mode are none of the other */
export function createAccount(clock: () => Date, mode = ''): Account {
  let count = 0;
  const objects = new Map<string, Stored>();
  const events: Event[] = [];
  const now = () => Math.floor(clock().getTime() / 1000);
  const newId = (prefix: string) => {
    count += 1;
    return `${prefix}_${mode}${count}`;
  };
  return {
    ...{ objects, events, now, newId, declines: false },
    add(stored) {
      objects.set(stored.id, stored);
      return stored;
    },
    get<K extends Stored['object']>(kind: K, id: string, param?: string) {
      const found = objects.get(id);
      // The path names it, or a parameter.
      const status = param === undefined ? 404 : 400;
      const message = `No such ${kind}: '${id}'`;
      if (found?.object !== kind) throw refuse(status, 'resource_missing', message, param);
      return found as Extract<Stored, { object: K }>;
    },
    all<K extends Stored['object']>(kind: K) {
      const found = [...objects.values()].filter(({ object }) => object === kind);
      return found.reverse() as Extract<Stored, { object: K }>[];
    },
    emit(type, object) {
      const data = { object: structuredClone(object) };
      const id = newId('evt');
      events.push({ id, object: 'event', api_version: API_VERSION, created: now(), type, data });
    },
  };
}

/** @throws Refusal resource_missing, also for a customer who was deleted */
export function requireCustomer(account: Account, id: string) {
  const customer = account.get('customer', id);
  if ('deleted' in customer) throw refuse(400, 'resource_missing', `No such customer: '${id}'`);
  return customer;
}

/** Those that may still be billed. */
export function unendedOf(account: Account, customerId: string): Subscription[] {
  return account
    .all('subscription')
    .filter(({ customer, status }) => customer === customerId && status !== 'canceled');
}
