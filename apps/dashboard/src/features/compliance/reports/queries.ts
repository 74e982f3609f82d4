import { infiniteQueryOptions, mutationOptions, queryOptions } from '@tanstack/react-query';
import {
  type ComplianceReport,
  type ComplianceReportRow,
  complianceReportRow,
  PRINTED_ROWS_MAX,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { api } from '../../../lib/api.ts';
import { downloadFile } from '../../../lib/download-file.ts';
import { readAllPages, refresh } from '../../../lib/query-client.ts';

const ALL = { queryKey: ['compliance-reports'] };

export const reportsQuery = queryOptions({
  queryKey: [...ALL.queryKey, 'list'],
  queryFn: ({ signal }) =>
    readAllPages((query) => api.listComplianceReports({ query }, { signal })),
});

/** Nothing of a report changes, so it is read once. */
const ONCE = { staleTime: Number.POSITIVE_INFINITY } as const;

export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: [...ALL.queryKey, 'one', id],
    queryFn: ({ signal }) => api.getComplianceReport({ params: { id } }, { signal }),
    ...ONCE,
  });

export const reportRowsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...ALL.queryKey, 'rows', id],
    queryFn: ({ signal, pageParam }) =>
      api.listComplianceReportRows(
        { params: { id }, query: pageParam === '' ? {} : { cursor: pageParam } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    ...ONCE,
  });

/** The rows for the printable page. That they were asked for is an audit event, so it is done once. */
export const printedRowsQuery = (id: string) =>
  queryOptions({
    queryKey: [...ALL.queryKey, 'printed', id],
    queryFn: () => readPrinted(id),
    ...ONCE,
    retry: false,
  });

async function readPrinted(id: string): Promise<ComplianceReportRow[]> {
  const { bytes } = await api.exportComplianceReport({
    params: { id },
    query: { format: 'print' },
  });
  const [, ...lines] = await readLines(bytes, 1 + PRINTED_ROWS_MAX);
  return lines.map((line) => complianceReportRow.parse(JSON.parse(line)));
}

/** The first lines; the rest is never received. */
async function readLines(bytes: ReadableStream<BufferSource>, countMax: number): Promise<string[]> {
  const reader = bytes.pipeThrough(new TextDecoderStream()).getReader();
  const lines: string[] = [];
  let rest = '';
  while (lines.length < countMax) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = `${rest}${value}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  }
  await reader.cancel();
  return lines.slice(0, countMax);
}

/** Saves the report as CSV. */
export const downloadReportMutation = mutationOptions({
  mutationFn: async ({ id, kind, asOf }: ComplianceReport) => {
    const { bytes } = await api.exportComplianceReport({
      params: { id },
      query: { format: 'csv' },
    });
    const name = `${kind}-${asOf.replaceAll(/[:.]/g, '-')}.csv`;
    downloadFile(name, [await new Response(bytes).blob()]);
    return name;
  },
});

interface NewReport {
  readonly body: RouteInput<Routes['createComplianceReport']>['body'];
  readonly idempotencyKey: string;
}

export const createReportMutation = mutationOptions({
  mutationFn: ({ body, idempotencyKey }: NewReport) =>
    api.createComplianceReport({ body }, { idempotencyKey }),
  onSuccess: refresh({ queryKey: reportsQuery.queryKey }),
});

export const deleteReportMutation = mutationOptions({
  mutationFn: (id: string) => api.deleteComplianceReport({ params: { id } }),
  onSuccess: refresh({ queryKey: reportsQuery.queryKey }),
});
