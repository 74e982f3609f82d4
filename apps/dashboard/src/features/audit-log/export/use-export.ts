import type { RouteInput, Routes } from '@tollkeeper/contract';
import { useEffect, useRef, useState } from 'react';
import { api } from '../../../lib/api.ts';
import { explainError } from '../../../lib/api-errors.ts';
import { copyExport, type ExportProgress } from './copy-export.ts';
import { openSink } from './open-sink.ts';

type ExportQuery = NonNullable<RouteInput<Routes['exportAuditEvents']>['query']>;

export type ExportState =
  | { readonly kind: 'choosing'; readonly errors: readonly string[] }
  | { readonly kind: 'running'; readonly progress: ExportProgress; readonly newest: number }
  | { readonly kind: 'done'; readonly bytes: number; readonly fileName: string };

const DISCARDED =
  'The incomplete file was discarded. Another export starts again from the first event.';

/** Runs one export at a time; it ends with the dialog. */
export function useExport() {
  const [state, setState] = useState<ExportState>({ kind: 'choosing', errors: [] });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  async function start(query: ExportQuery, fileName: string): Promise<void> {
    const sink = await openSink(fileName);
    if (!sink) return;
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    let progress: ExportProgress = { bytes: 0, sequence: undefined };
    try {
      setState({ kind: 'running', progress, newest: 0 });
      const newest = await readNewest(signal);
      const stream = await api.exportAuditEvents({ query }, { signal });
      await copyExport(stream.bytes, sink, (next) => {
        progress = next;
        setState({ kind: 'running', progress, newest });
      });
      setState({ kind: 'done', bytes: progress.bytes, fileName });
    } catch (error) {
      await Promise.allSettled([sink.abort()]);
      const errors = [explainError(error), ...(progress.bytes > 0 ? [DISCARDED] : [])];
      setState({ kind: 'choosing', errors: signal.aborted ? [] : errors });
    }
  }

  return {
    state,
    start,
    cancel: () => running.current?.abort(),
  };
}

/** Sequence of the newest event, at which an export that begins now ends; 0 if it is not known. */
async function readNewest(signal: AbortSignal): Promise<number> {
  const query = { limit: 1 };
  // Who may export need not be one who may read.
  const page = await api.listAuditEvents({ query }, { signal }).catch(() => undefined);
  return page?.data[0]?.sequence ?? 0;
}
