import type { AddressRewriter } from './answer-headers.ts';

/** The stream that the answer comes from. */
export interface Flow {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

/** Notified of what became of an answer. */
export interface AnswerWatch extends AddressRewriter {
  /** The head goes out next. @param status of the upstream; undefined for a denial */
  answering(status?: number): void;
  /** @param isCut after the head, so that the client's connection was cut */
  upstreamFailed(error: Error, isTimeout: boolean, isCut: boolean): void;
  /** The gateway itself failed in ending it; the connection is cut. */
  endFailed(error: unknown): void;
}
