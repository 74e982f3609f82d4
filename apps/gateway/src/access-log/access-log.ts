import { setTimeout as delay } from 'node:timers/promises';
import type { AccessLogConfig } from '../config/config.ts';
import type { Log } from '../log.ts';
import {
  type CallRecord,
  callLine,
  createRecord,
  type EndedCall,
  type RefusedUnread,
  unreadLine,
} from './call-record.ts';
import { type LineFile, openLineFile, STANDARD_OUTPUT } from './line-file.ts';

/** A line of JSON for each call, once it has ended. Without a configuration it makes no records. */
export interface AccessLog {
  /** Undefined for a call that is not logged. */
  begin(): CallRecord | undefined;
  ended(call: EndedCall): void;
  /** What was refused before it was a request. */
  refusedUnread(code: string, answer: RefusedUnread): void;
  /** Applies to calls that begin from now on. */
  reload(config: AccessLogConfig | null): void;
  /** Lines from now on go to a new file of the same name, after the old one was renamed. */
  reopen(): void;
  /** Resolves when every call has ended and is written, or cannot be for too long. */
  close(): Promise<void>;
}

export interface AccessLogOptions {
  readonly config: AccessLogConfig | null;
  readonly log: Log;
  /** A line was left out. */
  readonly dropped: () => void;
  readonly nowMs: () => number;
  readonly random?: () => number;
}

/** How long the last lines may take to be written, in milliseconds; less than the end of a worker may. */
const CLOSE_MS = 4000;

export function createAccessLog(options: AccessLogOptions): AccessLog {
  const { log, dropped, nowMs, random = Math.random } = options;
  let config: AccessLogConfig | null = null;
  let file: LineFile | undefined;
  let openPath: string | undefined;
  /** Those that are being closed, with whether their lines were written. */
  const closing = new Map<LineFile, Promise<boolean>>();
  let callsPending = 0;
  const allEnded = Promise.withResolvers<void>();
  let isClosing = false;

  /** Keeps the current file if the new one cannot be opened. */
  const open = (path: string) => {
    const failed = (err: Error) =>
      log.error({ err, path }, 'access log cannot be written: its lines wait, then are dropped');
    const recovered = () => log.info({ path }, 'access log is written again');
    try {
      const opened = openLineFile(path, { dropped, failed, recovered });
      leave();
      file = opened;
      openPath = path;
    } catch (err) {
      log.error({ err, path }, 'access log cannot be opened');
    }
  };
  const leave = () => {
    if (!file) return;
    const left = file;
    file = undefined;
    openPath = undefined;
    // On a disk that stays full, each rotation would keep a descriptor, and what waits for it.
    for (const each of closing.keys()) if (each.giveUp()) closing.delete(each);
    const closed = left.close();
    closing.set(left, closed);
    void closed.then((isWritten) => isWritten && closing.delete(left));
  };
  const isLogged = () => config !== null && (config.sample === 1 || random() < config.sample);
  const write = (line: string) => {
    if (file) file.write(line);
    else if (config !== null) dropped();
  };

  const self: AccessLog = {
    begin() {
      if (!isLogged()) return undefined;
      callsPending++;
      return createRecord();
    },
    ended(call) {
      if (!call.record) return;
      write(callLine(call, call.record, nowMs()));
      callsPending--;
      if (isClosing && callsPending === 0) allEnded.resolve();
    },
    refusedUnread(code, answer) {
      if (isLogged()) write(unreadLine(code, answer, nowMs()));
    },
    reload(next) {
      config = next;
      if (next === null) leave();
      else if (next.file !== openPath) open(next.file);
    },
    reopen() {
      if (config !== null && config.file !== STANDARD_OUTPUT) open(config.file);
    },
    async close() {
      const deadline = new AbortController();
      const finish = async () => {
        isClosing = true;
        if (callsPending > 0) await allEnded.promise;
        leave();
        return (await Promise.all(closing.values())).every((isWritten) => isWritten);
      };
      const late = delay(CLOSE_MS, false, deadline);
      const isWritten = await Promise.race([finish(), late]);
      if (!isWritten) log.error({}, 'access log: its last lines could not be written');
      deadline.abort();
    },
  };
  self.reload(options.config);
  return self;
}
