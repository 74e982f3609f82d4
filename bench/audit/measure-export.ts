import pg from 'pg';
import { type Spread, spread } from '../compare.ts';

export interface ExportFigures {
  readonly events: number;
  readonly copyPerSecond: Spread;
  readonly formats: readonly { readonly format: string; readonly perSecond: Spread }[];
}

/** What an export is to send at least. */
export const EXPORT_BOUND = 20_000;

type Headers = Readonly<Record<string, string>>;

/** Events of an organization, after a sequence. */
interface Part {
  readonly organizationId: string;
  readonly from: number;
  readonly events: number;
}

const ROUNDS = 3;
const FORMATS = ['jsonl', 'csv', 'ocsf'] as const;

/**
 * Events that a client receives per second, beside COPY of the same rows, in turns.
 */
export async function measureExport(
  databaseUrl: string,
  server: { readonly url: string; readonly headers: Headers },
  { organizationId, from, events }: Part,
): Promise<ExportFigures> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const copies: number[] = [];
  const ours = new Map<string, number[]>(FORMATS.map((format) => [format, []]));
  const part = `select * from audit_event where organization_id = '${organizationId}' and sequence > ${from} and sequence <= ${from + events}`;
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      copies.push(await perSecond(events, () => client.query(`copy (${part}) to stdout`)));
      for (const [format, rates] of ours) {
        const path = `/v1/audit-events/export?format=${format}&cursor=${from}-${from + events}`;
        rates.push(await perSecond(events, () => readAll(`${server.url}${path}`, server.headers)));
      }
    }
  } finally {
    await client.end();
  }
  const formats = [...ours].map(([format, rates]) => ({ format, perSecond: spread(rates) }));
  return { events, copyPerSecond: spread(copies), formats };
}

async function readAll(url: string, headers: Headers): Promise<void> {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`GET ${url} answered ${answer.status}`);
  for await (const _ of answer.body ?? []);
}

async function perSecond(events: number, read: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await read();
  return events / ((performance.now() - startedMs) / 1000);
}
