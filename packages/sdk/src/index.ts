/** The typed client of Tollkeeper's API. */
export type { AnswerStream } from './answer-stream.ts';
export {
  ApiError,
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
} from './client.ts';
