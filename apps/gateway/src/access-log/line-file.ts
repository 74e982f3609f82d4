import { closeSync, constants, openSync } from 'node:fs';
import sonicBoom from 'sonic-boom';

/** Where lines go: a file to which several processes may append, or standard output. */
export interface LineFile {
  /** Keeps the line in memory until it is written. Never throws. */
  write(line: string): void;
  /** Closes it once all lines are written. @returns false as soon as one cannot be */
  close(): Promise<boolean>;
  /** Closes it, and drops what waits, if lines cannot be written. @returns whether it did */
  giveUp(): boolean;
}

export interface LineFileEvents {
  /** A line was left out, since too many wait to be written. */
  dropped(): void;
  /** Lines cannot be written, and wait. Comes once, until they can be again. */
  failed(error: Error): void;
  /** After `failed`: lines can be written. */
  recovered(): void;
}

export const STANDARD_OUTPUT = '-';
/** Never waits for the reader of a named pipe, neither in opening nor in writing. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
const MODE = 0o640;

/** What one write keeps together in a pipe that several processes write to (POSIX, PIPE_BUF). */
const WRITE_BYTES_MAX = 4096;
/** Written at once; less waits for FLUSH_MS, so that many lines share a write. */
const WRITE_BYTES = 2048;
const FLUSH_MS = 100;
/** How long after a failure writing is tried again, in milliseconds. */
const RETRY_MS = 1000;
/** About 10,000 lines. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;

/** @throws NodeJS.ErrnoException where the file cannot be opened. Creates it. */
export function checkLineFile(path: string): void {
  if (path !== STANDARD_OUTPUT) closeSync(openSync(path, APPEND, MODE));
}

/** @throws NodeJS.ErrnoException of open() */
export function openLineFile(path: string, events: LineFileEvents): LineFile {
  const stream = new sonicBoom.SonicBoom({
    fd: path === STANDARD_OUTPUT ? standardOutput() : openSync(path, APPEND, MODE),
    sync: false,
    minLength: WRITE_BYTES,
    maxWrite: WRITE_BYTES_MAX,
    maxLength: WAITING_BYTES_MAX,
  });
  let isFailing = false;
  let isClosing = false;
  let isGivenUp = false;
  let willFlush = false;
  const flushAfter = (ms: number) => {
    if (willFlush) return;
    willFlush = true;
    setTimeout(() => {
      willFlush = false;
      // The end of the stream writes all that is left, unless that failed.
      if (!isGivenUp && (isFailing || !isClosing)) stream.flush();
    }, ms).unref();
  };
  stream.on('drop', events.dropped);
  stream.on('error', (error: Error) => {
    if (!isFailing) events.failed(error);
    isFailing = true;
    flushAfter(RETRY_MS);
  });
  stream.on('write', () => {
    if (isFailing) events.recovered();
    isFailing = false;
  });
  return {
    write(line) {
      stream.write(line);
      flushAfter(FLUSH_MS);
    },
    close: () =>
      new Promise((resolve) => {
        isClosing = true;
        stream.once('close', () => resolve(true)).once('error', () => resolve(false));
        stream.end();
      }),
    giveUp() {
      isGivenUp = isFailing;
      if (isGivenUp) stream.destroy();
      return isGivenUp;
    },
  };
}

/**
 * Node makes a pipe non-blocking when `process.stdout` is first used. Otherwise a reader that stops
 * reading would hold a thread, and with it the end of this process.
 */
function standardOutput(): number {
  return process.stdout.fd;
}
