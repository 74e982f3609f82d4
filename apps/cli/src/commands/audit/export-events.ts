import { once } from 'node:events';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import type { CliContext } from '../../cli-context.ts';
import { choice, flag, text } from '../../command/option.ts';
import { verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { hint } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { visibleText } from '../../text/visible-text.ts';
import { type ExportFile, openExportFile } from './export-file.ts';
import { createProgress, type Progress } from './export-progress.ts';
import { FILTERS, filterQuery } from './filters.ts';

type Query = NonNullable<RouteInput<Routes['exportAuditEvents']>['query']>;

export const exportEvents = verb({
  name: 'export',
  summary: 'Export audit events, the oldest first',
  notes:
    'With --output, the events go to FILE.partial, which becomes FILE once the export is complete. If it breaks off, run the same command with --resume.',
  examples: [
    'audit export --output audit.jsonl',
    'audit export --format csv --action "api_key.*" --from 2026-11-01 --output keys.csv',
    'audit export --output audit.jsonl --resume',
  ],
  json: 'none',
  options: {
    ...FILTERS,
    format: choice(
      'format',
      ['jsonl', 'csv', 'ocsf'],
      'Without it: jsonl, JSON Lines of the events',
    ),
    proof: flag('Add what proves the events: the signed checkpoint, and hashes of all others'),
    output: text('file', 'File to write; without it, standard output'),
    resume: flag('Go on with an export to --output that broke off'),
  },
  run: async ({ ctx, options: { format = 'jsonl', proof, output, resume, ...filters } }) => {
    if (proof && format !== 'jsonl') {
      throw new Failure(EXIT.usage, '--proof needs the format jsonl.');
    }
    if (resume && output === undefined) {
      throw new Failure(EXIT.usage, '--resume goes on with a file. Name it with --output.');
    }
    const { client } = await connect(ctx);
    const query: Query = { ...(await filterQuery(client, filters)), format };
    if (proof) query.proof = 'true';
    const file =
      output === undefined ? undefined : await openExportFile(output, format, resume === true);
    const hasHeader = format === 'csv' && file?.cursor === undefined;
    const progress = createProgress(ctx, hasHeader, proof ? 'line' : 'event');
    try {
      const cursor = file?.cursor;
      const asked = { query: { ...query, ...(cursor === undefined ? {} : { cursor }) } };
      const { bytes } = await client.exportAuditEvents(asked);
      await copy(ctx, bytes, file, progress);
    } catch (error) {
      await file?.close();
      progress.end();
      throw file && error instanceof TypeError ? brokenOff(error, file, progress) : error;
    }
    progress.end();
    await file?.complete();
    const which = file?.cursor === undefined ? '' : 'the remaining ';
    if (output !== undefined) hint(ctx, `Wrote ${which}${progress.text()} to "${output}".`);
  },
});

async function copy(
  ctx: CliContext,
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  file: ExportFile | undefined,
  progress: Progress,
): Promise<void> {
  const decoder = new TextDecoder();
  const reader = bytes.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (file) await file.write(value);
    else {
      const shown = ctx.stdout.isTTY ? visible(decoder.decode(value, { stream: true })) : value;
      if (!ctx.stdout.write(shown)) await once(ctx.stdout, 'drain');
    }
    progress.add(value);
  }
}

/** What a terminal would obey is written out. */
function visible(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => visibleText(line))
    .join('\n');
}

/** Why the server ended it, if it did, it says when it is asked again. */
function brokenOff(cause: TypeError, file: ExportFile, progress: Progress): Failure {
  return new Failure(
    EXIT.unreachable,
    `The export broke off after ${progress.text()}, which are in "${file.path}". Run the command again with --resume.`,
    { cause },
  );
}
