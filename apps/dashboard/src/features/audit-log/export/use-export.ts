import type { RouteInput, Routes } from '@tollkeeper/contract';
import { useEffect, useRef, useState } from 'react';
import { api } from '../../../lib/api.ts';
import { explainError } from '../../../lib/api-errors.ts';
import { copyExport } from './copy-export.ts';
import { createLineWriter, type ExportPlace, type LineWriter } from './line-writer.ts';
import { openSink } from './open-sink.ts';

type ExportQuery = NonNullable<RouteInput<Routes['exportAuditEvents']>['query']>;

interface Progress {
  readonly place: ExportPlace;
  /** Sequence of the newest event, at which the export ends; 0 if it is not known. */
  readonly newest: number;
}

export type ExportState =
  | { readonly kind: 'choosing'; readonly errors: readonly string[] }
  | ({ readonly kind: 'running' } & Progress)
  | ({ readonly kind: 'broken'; readonly errors: readonly string[] } & Progress)
  | { readonly kind: 'done'; readonly bytes: number; readonly fileName: string };

interface Export {
  readonly query: ExportQuery;
  readonly fileName: string;
  readonly writer: LineWriter;
  readonly newest: number;
}

/** Runs one export at a time; it ends with the dialog. */
export function useExport() {
  const [state, setState] = useState<ExportState>({ kind: 'choosing', errors: [] });
  const running = useRef<AbortController>(undefined);
  const broken = useRef<Export>(undefined);
  useEffect(
    () => () => {
      running.current?.abort();
      if (broken.current) void discardFile(broken.current);
    },
    [],
  );

  async function start(query: ExportQuery, fileName: string): Promise<void> {
    const sink = await openSink(fileName);
    if (!sink) return;
    const writer = createLineWriter(sink, query.format ?? 'jsonl');
    await run({ query, fileName, writer, newest: await readNewest() });
  }

  async function run(current: Export): Promise<void> {
    const { writer, newest, fileName } = current;
    const controller = new AbortController();
    running.current = controller;
    broken.current = undefined;
    const show = (place: ExportPlace) => setState({ kind: 'running', place, newest });
    show(writer.place());
    try {
      const failure = await copyRest(current, controller.signal, show);
      const place = writer.place();
      if (!failure) {
        setState({ kind: 'done', bytes: place.bytes, fileName });
      } else if (controller.signal.aborted || place.cursor === undefined) {
        await discardFile(current);
        const errors = controller.signal.aborted ? [] : [explainError(failure.cause)];
        setState({ kind: 'choosing', errors });
      } else {
        broken.current = current;
        setState({ kind: 'broken', errors: [explainError(failure.cause)], place, newest });
      }
    } catch (error) {
      setState({ kind: 'choosing', errors: [unwritable(error)] });
    }
  }

  async function discard(): Promise<void> {
    if (broken.current) await discardFile(broken.current);
    broken.current = undefined;
    setState({ kind: 'choosing', errors: [] });
  }

  return {
    state,
    start,
    stop: () => running.current?.abort(),
    resume: () => broken.current && run(broken.current),
    discard,
  };
}

/** Asks for what has not come yet. */
async function copyRest(
  { query, writer }: Export,
  signal: AbortSignal,
  onProgress: (place: ExportPlace) => void,
): ReturnType<typeof copyExport> {
  const { cursor } = writer.place();
  const asked = { query: { ...query, ...(cursor === undefined ? {} : { cursor }) } };
  const stream = await api.exportAuditEvents(asked, { signal }).catch((cause) => ({ cause }));
  return 'cause' in stream ? stream : copyExport(stream.bytes, writer, onProgress);
}

async function discardFile({ writer }: Export): Promise<void> {
  await Promise.allSettled([writer.abort()]);
}

function unwritable(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `Cannot write the file: ${reason} Another export starts again from the first event.`;
}

async function readNewest(): Promise<number> {
  // Who may export need not be one who may read.
  const page = await api.listAuditEvents({ query: { limit: 1 } }).catch(() => undefined);
  return page?.data[0]?.sequence ?? 0;
}
