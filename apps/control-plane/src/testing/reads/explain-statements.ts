import pg from 'pg';
import { vi } from 'vitest';

export interface Statement {
  /** Of a statement that a connection prepares once, and then plans for any value. */
  readonly name: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Every different statement that this process sends while the work runs, with its first values. */
export async function recordStatements(work: () => Promise<unknown>): Promise<Statement[]> {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    const sent = spy.mock.calls.map(toStatement).filter(({ text }) => PLANNED.test(text));
    return [...Map.groupBy(sent, ({ text }) => text).values()].flatMap((all) => all.slice(0, 1));
  } finally {
    spy.mockRestore();
  }
}

/** But for those of the queues, whose schema is not ours. */
const PLANNED = /^(?!.*\bpgboss\b)\s*(select|insert|update|delete|with)\b/is;

/** As text and values, or as an object with both. */
function toStatement([first, second]: readonly unknown[]): Statement {
  const fields = typeof first === 'object' && first !== null ? first : { text: first };
  const text = 'text' in fields && typeof fields.text === 'string' ? fields.text : '';
  const name = 'name' in fields && typeof fields.name === 'string' ? fields.name : undefined;
  const own = 'values' in fields ? fields.values : undefined;
  const values = [own, second].find((each) => Array.isArray(each));
  return { name, text, values: values ?? [] };
}

/** A scan that reads all of a table, however few of its rows are wanted. */
export interface WideScan {
  readonly table: string;
  readonly text: string;
  readonly filter: string | undefined;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Recheck Cond'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Plans the statements as if reading a whole table cost more than anything else, in joins too: a
 * plan that still does so has no index that would help.
 */
export async function findWideScans(
  database: pg.ClientConfig,
  statements: readonly Statement[],
): Promise<WideScan[]> {
  const client = new pg.Client(database);
  await client.connect();
  try {
    for (const method of ['seqscan', 'hashjoin', 'mergejoin']) {
      await client.query(`set enable_${method} = off`);
    }
    const leading = await readLeadingColumns(client);
    const scans: WideScan[] = [];
    for (const { text, values } of statements) {
      const { rows } = await client.query(`explain (format json) ${text}`, [...values]);
      scans.push(...wideScansOf(rows[0]['QUERY PLAN'][0].Plan, text, leading));
    }
    return scans;
  } finally {
    await client.end();
  }
}

/**
 * Plans prepared statements as a connection comes to execute them, without a look at the values: such a
 * plan that reads a whole table does so for every value.
 */
export async function findWideGenericScans(
  database: pg.ClientConfig,
  statements: readonly Statement[],
): Promise<WideScan[]> {
  const client = new pg.Client(database);
  await client.connect();
  try {
    await client.query('set plan_cache_mode = force_generic_plan');
    const leading = await readLeadingColumns(client);
    const scans: WideScan[] = [];
    for (const [at, { text, values }] of statements.entries()) {
      await client.query(`prepare statement_${at} as ${text}`);
      const given = values.length === 0 ? '' : `(${values.map(literalOf).join(', ')})`;
      const { rows } = await client.query(`explain (format json) execute statement_${at} ${given}`);
      scans.push(...wideScansOf(rows[0]['QUERY PLAN'][0].Plan, text, leading));
    }
    return scans;
  } finally {
    await client.end();
  }
}

function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.map(elementOf).join(',')}}`);
  return pg.escapeLiteral(typeof value === 'object' ? JSON.stringify(value) : `${value}`);
}

function elementOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `{${value.map(elementOf).join(',')}}`;
  const text =
    value instanceof Date
      ? value.toISOString()
      : typeof value === 'object'
        ? JSON.stringify(value)
        : `${value}`;
  return JSON.stringify(text);
}

type LeadingColumns = ReadonlyMap<string, string>;

/** The first column of each index: a condition on others alone reads the whole of it. */
async function readLeadingColumns(client: pg.Client): Promise<LeadingColumns> {
  const { rows } = await client.query<{ name: string; first: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid, 1, false) as first
     from pg_index`,
  );
  return new Map(rows.map(({ name, first }) => [name.replaceAll('"', ''), first]));
}

function wideScansOf(
  node: PlanNode,
  text: string,
  leading: LeadingColumns,
  parent?: PlanNode,
): WideScan[] {
  const below = (node.Plans ?? []).flatMap((each) => wideScansOf(each, text, leading, node));
  const table = node['Relation Name'];
  const isFirstOnly = parent?.['Node Type'] === 'Limit' && node.Filter === undefined;
  if (table === undefined || isFirstOnly || !isWide(node, table, leading)) return below;
  return [{ table, text, filter: node.Filter }, ...below];
}

function isWide(node: PlanNode, table: string, leading: LeadingColumns): boolean {
  switch (node['Node Type']) {
    case 'Seq Scan':
      return true;
    case 'Bitmap Heap Scan':
      return readsTooMuch(node, table, node['Recheck Cond'] ?? '');
    case 'Index Scan':
    case 'Index Only Scan': {
      const condition = node['Index Cond'] ?? '';
      const first = leading.get(node['Index Name'] ?? '');
      const isNarrowed = first !== undefined && condition.includes(first);
      return !isNarrowed || readsTooMuch(node, table, condition);
    }
    default:
      return false;
  }
}

function readsTooMuch({ Filter }: PlanNode, table: string, condition: string): boolean {
  return GROWS_WITH_TIME.has(table) && Filter !== undefined && OF_ORGANIZATION.test(condition);
}

/** Of these, an organization has millions of rows: to find a few, its id is not enough. */
const GROWS_WITH_TIME: ReadonlySet<string> = new Set(['audit_event', 'change', 'key_usage']);
const OF_ORGANIZATION = /^\(organization_id = [^()]*\)$/;
