import { randomUUID } from 'node:crypto';
import { deriveAuditLogKey, deriveSigningKey, publicKeyText } from '@tollkeeper/protocol';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Services } from './context.ts';
import { connect, JOB_LIMITS, NOT_DURABLE, REQUEST_LIMITS } from './db/connect.ts';
import { migrateDatabase } from './db/migrate.ts';
import { recordCanaryUses, startCanaryCounter } from './features/canary-keys/index.ts';
import { CHAT_KEY_INFO, DELIVER_CHATS } from './features/chat-destinations/index.ts';
import { recordIncident, recordWitnessAlarm } from './features/gateways/index.ts';
import { createAuth } from './features/identity/index.ts';
import { openLeaks } from './features/leaks/index.ts';
import { DELIVER_LOG_STREAMS, LOG_STREAM_KEY_INFO } from './features/log-streams/index.ts';
import { deriveUnsubscribeKey } from './features/notifications/index.ts';
import { createSetup, type Setup } from './features/setup/index.ts';
import { DELIVER_WEBHOOKS, WEBHOOK_KEY_INFO } from './features/webhooks/index.ts';
import { type Hub, startHub, startIncidentCounter } from './fleet/index.ts';
import { createFailureThrottle } from './http/failure-throttle.ts';
import { type RefusalCounter, startRefusalCounter } from './http/refused-calls.ts';
import { createServer } from './http/server.ts';
import { openJobs } from './jobs/index.ts';
import { createMailer } from './mail/mailer.ts';
import { deriveStoredKey, REFUSAL_MS, resolveHost } from './outgoing/index.ts';
import type { StripeAccount } from './payments/stripe-account.ts';
import { createRandomBytes } from './random-bytes.ts';
import { type ChangeListener, notifyAfter } from './replication/apply-changes.ts';
import { type ChangeFeed, startChangeFeed } from './replication/change-feed.ts';
import { listen } from './replication/listen.ts';
import { createLiveKeys } from './replication/live-keys.ts';
import { APPLIED_CHANNEL, CHANGE_CHANNEL, createNotifier } from './replication/notifier.ts';
import { readPublishedLogs } from './transparency-log/index.ts';
import { startUsageCounter } from './usage/usage-counter.ts';

interface AppOptions {
  readonly database: pg.ClientConfig;
  readonly baseUrl: string;
  readonly secret: string;
  readonly setupToken: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly mail: Config['mail'];
  readonly witnesses: Config['witnesses'];
  readonly webhookAllowance: Config['webhookAllowance'];
  /** How long it takes to refuse a name to which nothing is sent. */
  readonly refusalMs?: number;
  readonly githubKeys: Config['githubKeys'];
  readonly billing: Config['billing'];
  readonly dashboardDir: string | undefined;
  readonly version: string;
  readonly log: Logger;
  readonly clock: () => Date;
  /** How often refused calls and what happens in the fleet become audit events, in milliseconds; a minute unless given. */
  readonly recordRefusalsMs?: number;
  /** The jobs that run by themselves; all unless given. */
  readonly onlyJobs?: readonly string[];
}

export interface App {
  readonly server: FastifyInstance;
  readonly services: Services;
  readonly setup: Setup;
  readonly hub: Hub;
  readonly refusals: RefusalCounter;
  /** Drains: stops listening, lets requests end, stores the last counts, lets go of the database. */
  close(): Promise<void>;
}

/** For requests; and a few beside, so that no burst of them holds up the lease or the counts. */
const CONNECTIONS_MAX = 10;
const OWN_CONNECTIONS_MAX = 3;
/** For jobs, which may take minutes. */
const JOB_CONNECTIONS_MAX = 5;
/** For gateways: a fleet that comes back holds up neither requests nor the lease. */
const FLEET_CONNECTIONS_MAX = 4;
/** As sign-in is bounded; a whole fleet may join at once from behind one address. */
const JOIN_FAILURES = {
  windowMs: 60_000,
  perAddressMax: 100,
  totalMax: 1000,
  addressesMax: 10_000,
  atOnceMax: 1000,
};
/** How long requests under way may take once the process begins to stop, in milliseconds. */
const DRAIN_MS = 10_000;
const SWEEP_MS = 50;
const RECORD_REFUSALS_MS = 60_000;

/** The control plane on a database, not yet listening. */
export async function createApp(options: AppOptions): Promise<App> {
  const { log, clock } = options;
  await migrateDatabase(options.database);
  const onError = (error: Error) => log.warn({ err: error }, 'database connection lost');
  const requests = connect(options.database, CONNECTIONS_MAX, onError, REQUEST_LIMITS);
  const { db } = requests;
  const own = connect(options.database, OWN_CONNECTIONS_MAX, onError);
  const signals = connect({ ...options.database, ...NOT_DURABLE }, 1, onError);
  const processId = randomUUID();
  const keys = createLiveKeys(own.db);
  const listeners = new Set<ChangeListener>();
  const changeFeed = await startChangeFeed({
    db: own.db,
    signals: signals.db,
    writerDb: db,
    processId,
    notifier: createNotifier(signals.db, processId),
    consumer: notifyAfter(keys, listeners),
    log,
  });
  const usage = startUsageCounter(own.db, processId, log);
  const canaries = startCanaryCounter({
    ...{ db: own.db, index: keys.index, clock, log },
    record: () => recordCanaryUses(services),
  });
  const signingKey = deriveSigningKey(options.secret);
  const auditLogKey = deriveAuditLogKey(options.secret);
  const fleet = connect(options.database, FLEET_CONNECTIONS_MAX, onError);
  const recordMs = options.recordRefusalsMs ?? RECORD_REFUSALS_MS;
  const incidents = startIncidentCounter({
    record: (sum) => recordIncident(services, sum),
    onNotRecorded: (incident, error) =>
      log.warn({ err: error, ...incident }, 'not in the audit log'),
    now: () => performance.now(),
    everyMs: recordMs,
  });
  const hub = startHub({
    ...{ db: fleet.db, processId, signingKey, changeFeed, clock, log, incidents },
    readLogs: (ids) => readPublishedLogs({ db: fleet.db, auditLogKey }, ids),
    onCanaryUses: canaries.wake,
    onWitnessAlarm: (gateway, alarm) => recordWitnessAlarm(services, gateway, alarm),
  });
  listeners.add(hub.wake);
  const onMessage = (channel?: string) => {
    changeFeed.wake();
    if (channel !== APPLIED_CHANNEL) hub.sendChanges();
  };
  const channels = [CHANGE_CHANNEL, APPLIED_CHANNEL];
  const unlisten = listen(options.database, channels, processId, onMessage, log);
  const waitUntilApplied: ChangeFeed['waitUntilApplied'] = (changeId, read) => {
    // Gateways need not wait until this process has applied a change itself.
    hub.sendChanges();
    return changeFeed.waitUntilApplied(changeId, read);
  };
  const { baseUrl, mail } = options;
  const mailer = mail && createMailer(mail.url, mail.from);
  const jobs = await openJobs(options.database, log);
  const outgoing = {
    ...{ allowance: options.webhookAllowance, resolve: resolveHost },
    refusalMs: options.refusalMs ?? REFUSAL_MS,
  };
  const services: Services = {
    db,
    log,
    clock,
    randomBytes: createRandomBytes(),
    changeFeed: { ...changeFeed, waitUntilApplied },
    keys,
    usage,
    canaries,
    baseUrl,
    mailer,
    outbox: jobs.outbox,
    fleet: { publicKey: publicKeyText(signingKey) },
    auditLogKey,
    witnesses: options.witnesses,
    billing: options.billing,
    outgoing,
    webhooks: {
      storedKey: deriveStoredKey(options.secret, WEBHOOK_KEY_INFO),
      wake: () => jobs.wake(DELIVER_WEBHOOKS),
    },
    notifications: { unsubscribeKey: deriveUnsubscribeKey(options.secret) },
    logStreams: {
      storedKey: deriveStoredKey(options.secret, LOG_STREAM_KEY_INFO),
      wake: () => jobs.wake(DELIVER_LOG_STREAMS),
    },
    chats: {
      storedKey: deriveStoredKey(options.secret, CHAT_KEY_INFO),
      wake: () => jobs.wake(DELIVER_CHATS),
    },
    leaks: openLeaks(options.githubKeys, outgoing, log),
    stripe: await openPayments(options.billing),
    onCheckpoint: () => hub.sendCheckpoints(),
    incidents,
    joins: createFailureThrottle(JOIN_FAILURES, () => performance.now()),
  };
  const unhurried = connect(options.database, JOB_CONNECTIONS_MAX, onError, JOB_LIMITS);
  await jobs.start({ ...services, db: unhurried.db }, options.onlyJobs);
  const refusals = startRefusalCounter(services, recordMs);
  const auth = createAuth({ db, baseUrl, secret: options.secret, log, clock });
  const setup = createSetup(db, options.setupToken);
  const server = await createServer({
    ...options,
    services,
    auth,
    setup,
    hub,
    refusals,
    isReady: () =>
      changeFeed.catchUp().then(
        () => true,
        () => false,
      ),
  });
  return {
    server,
    services,
    setup,
    hub,
    refusals,
    async close() {
      await hub.stop();
      await drain(server);
      await refusals.stop();
      await incidents.stop();
      mailer?.close();
      await canaries.stop();
      await usage.stop();
      await jobs.stop();
      await unlisten();
      await changeFeed.stop();
      const connections = [requests, own, signals, fleet, unhurried];
      await Promise.all(connections.map((each) => each.end()));
    },
  };
}

/** Loaded where it is needed: Stripe's library takes its time. */
async function openPayments({ stripe }: Config['billing']): Promise<StripeAccount | null> {
  if (!stripe) return null;
  const { openStripe } = await import('./payments/open-stripe.ts');
  return openStripe(stripe);
}

/**
 * Node watches over slow requests only while it listens: a client that stalls would hold us up. And
 * it closes idle connections only once: one that was answered since would stay open for its client.
 */
async function drain(server: FastifyInstance): Promise<void> {
  const sweep = setInterval(() => server.server.closeIdleConnections(), SWEEP_MS);
  const impatient = setTimeout(() => server.server.closeAllConnections(), DRAIN_MS);
  await server.close().finally(() => {
    clearInterval(sweep);
    clearTimeout(impatient);
  });
}
