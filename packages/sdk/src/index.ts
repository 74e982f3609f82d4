/** The typed client of Tollkeeper's API. */
export {
  ApiError,
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
} from './client.ts';
