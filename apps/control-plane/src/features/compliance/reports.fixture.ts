import { createHash } from 'node:crypto';
import type { ComplianceReport, ComplianceReportRow } from '@tollkeeper/contract';
import { expect } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { startOrganization } from '../../testing/start-organization.ts';

export const REPORTS = '/v1/compliance/reports';

export type ReportBody = { readonly kind: string } & Record<string, unknown>;

/** A server, and what tests do with its reports, as the owner unless another client is named. */
export async function startReports() {
  /** Where the clock stands still. */
  let stoppedMs: number | undefined;
  const { app, owner, query } = await startOrganization({
    clock: () => new Date(stoppedMs ?? Date.now()),
  });

  const create = (body: ReportBody, client = owner) => client.post<ComplianceReport>(REPORTS, body);

  return {
    ...{ app, owner, query, create },
    async made(body: ReportBody, client = owner): Promise<ComplianceReport> {
      const answer = await create(body, client);
      expect(answer.status, answer.problem?.detail).toBe(201);
      return answer.body;
    },
    rowsOf: ({ id }: { readonly id: string }) => readAll(owner, `${REPORTS}/${id}/rows?limit=100`),
    async fileOf({ id }: { readonly id: string }, format: string): Promise<string> {
      const answer = await owner.get<string>(`${REPORTS}/${id}/export?format=${format}`);
      expect(answer.status, answer.problem?.detail).toBe(200);
      return answer.body;
    },
    async atMoment<T>(time: Date, work: () => Promise<T>): Promise<T> {
      stoppedMs = time.getTime();
      try {
        return await work();
      } finally {
        stoppedMs = undefined;
      }
    },
  };
}

async function readAll(client: Client, address: string): Promise<ComplianceReportRow[]> {
  type Page = { data: ComplianceReportRow[]; nextCursor: string | null };
  const rows: ComplianceReportRow[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = (await client.get<Page>(`${address}${cursor && `&cursor=${cursor}`}`)).body;
    rows.push(...page.data);
    cursor = page.nextCursor;
  }
  return rows;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
