type Say = (details: object, message: string) => void;

/** Where a gateway writes what people should know: pino's shape, so that its logger fits. */
export interface Log {
  readonly debug: Say;
  readonly info: Say;
  readonly warn: Say;
  readonly error: Say;
}
