import { randomBytes } from 'node:crypto';
import type { StripeConfig } from '../../apps/control-plane/src/config-stripe.ts';
import { connect, JOB_LIMITS } from '../../apps/control-plane/src/db/connect.ts';
import { migrateDatabase } from '../../apps/control-plane/src/db/migrate.ts';
import { reconcileSubscriptions } from '../../apps/control-plane/src/features/billing/index.ts';
import { openStripe } from '../../apps/control-plane/src/payments/open-stripe.ts';
import { type Database, openDatabaseServer } from '../changes/database-server.ts';
import { startManyCustomers } from './many-customers.ts';

/** One night: every customer is asked about, in steps. */
export interface NightFigures {
  readonly seconds: number;
  readonly steps: number;
  /** Resident memory of the process, once a tenth of them were asked about, and at its most after that. */
  readonly startBytes: number;
  readonly mostBytes: number;
}

export interface ReconciliationFigures {
  readonly postgres: string;
  readonly customers: number;
  /** Where the plan of each changes, and where nothing does. */
  readonly allChange: NightFigures;
  readonly noneChanges: NightFigures;
}

/** So many that each of the nights takes minutes; the time grows as their number does. */
const CUSTOMERS = 10_000;
/** Shorter than in the product, so that there are many. */
const STEP_MS = 30_000;
const CONNECTIONS = 4;
const PRICE = 'price_pro';

/** What the nightly job takes where Stripe bills many organizations, and answers at once. */
export async function measureReconciliation(dataDir: string): Promise<ReconciliationFigures> {
  const stripe = await startManyCustomers(PRICE);
  const databaseServer = await openDatabaseServer(`${dataDir}-server`);
  try {
    const database = await databaseServer.create('tollkeeper_bench_billing');
    await migrateDatabase({ connectionString: database.url });
    await fill(database);
    const allChange = await measureNight(database, stripe.url);
    const noneChanges = await measureNight(database, stripe.url);
    const [row] = (
      await database.query(`select count(*)::int as pro from organization where plan = 'pro'`)
    ).rows;
    if (row.pro !== CUSTOMERS) throw new Error(`Only ${row.pro} have the plan that Stripe bills`);
    const postgres = databaseServer.version;
    return { postgres, customers: CUSTOMERS, allChange, noneChanges };
  } finally {
    await databaseServer.close();
    stripe.close();
  }
}

async function fill(database: Database): Promise<void> {
  await database.query(
    `insert into organization (id, name, slug, created_at)
    select 'org_' || n, 'Acme', 'acme-' || n, now() from generate_series(1, $1::int) n`,
    [CUSTOMERS],
  );
  await database.query(
    `insert into stripe_customer (organization_id, customer_id)
    select id, replace(id, 'org', 'cus') from organization`,
  );
  await database.query('vacuum analyze organization, stripe_customer');
}

async function measureNight({ url }: Database, apiUrl: string): Promise<NightFigures> {
  const { db, end } = connect({ connectionString: url }, CONNECTIONS, () => undefined, JOB_LIMITS);
  const config: StripeConfig = {
    ...{ secretKey: 'sk_test_of_the_benchmark', webhookSecret: 'whsec_of_the_benchmark' },
    ...{ prices: new Map([['pro', [PRICE]]]), graceDays: 14, trialDays: 0, apiUrl },
  };
  const services = {
    ...{ db, randomBytes, clock: () => new Date(), stripe: openStripe(config) },
    changeFeed: { waitUntilApplied: async () => undefined },
    log: { error: console.error },
  } as unknown as Parameters<typeof reconcileSubscriptions>[0];
  const askedBefore = new Date();
  const memory = watchMemory();
  let [steps, reconciled, startBytes] = [0, 0, 0];
  const startedAt = performance.now();
  try {
    for (let left = 1; left > 0; steps += 1) {
      const step = await reconcileSubscriptions(services, { askedBefore, stepMs: STEP_MS });
      if (step.failed > 0) throw new Error(`${step.failed} could not be reconciled`);
      reconciled += step.reconciled;
      left = step.left;
      if (startBytes === 0 && reconciled >= CUSTOMERS / 10) startBytes = memory.restart();
    }
  } finally {
    memory.stop();
    await end();
  }
  if (reconciled !== CUSTOMERS) throw new Error(`Only ${reconciled} were reconciled`);
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, steps, startBytes, mostBytes: memory.most() };
}

function watchMemory() {
  let most = 0;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const watching = setInterval(look, 500);
  return {
    /** Gives the most until now, and begins anew. */
    restart() {
      look();
      const before = most;
      most = 0;
      return before;
    },
    most: () => most,
    stop: () => {
      look();
      clearInterval(watching);
    },
  };
}
