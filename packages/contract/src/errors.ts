import { z } from 'zod';
import { FACTORS } from './session.ts';

/** Every code that a problem+json answer can carry, with its status and title (RFC 9457). */
export const ERRORS = {
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  ambiguous_body: { status: 400, title: 'The body can be read in two ways' },
  batch_not_supported: { status: 400, title: 'Batches are not supported' },
  invalid_message: { status: 400, title: 'The body does not have the expected form' },
  signature_invalid: { status: 400, title: 'The signature of the body is not valid' },
  header_mismatch: { status: 400, title: 'A header does not match the body' },
  malformed_request: { status: 400, title: 'The request cannot be read' },
  key_in_url: { status: 400, title: 'The address contains an API key' },
  device_login: { status: 400, title: 'The device login is not complete' },
  unauthenticated: { status: 401, title: 'No valid credential was sent' },
  invalid_key: { status: 401, title: 'The API key is not valid' },
  revoked: { status: 401, title: 'The API key was revoked' },
  disabled: { status: 401, title: 'The API key is disabled' },
  expired: { status: 401, title: 'The API key has expired' },
  owner_inactive: { status: 401, title: 'The owner of the API key is suspended' },
  wrong_workspace: { status: 401, title: 'The API key belongs to another workspace' },
  ip_not_allowed: { status: 403, title: 'The address is not allowed' },
  insufficient_scope: { status: 403, title: 'A scope is missing' },
  policy_denied: { status: 403, title: 'The policies do not allow the request' },
  member_suspended: { status: 403, title: 'Your membership is suspended' },
  cross_origin: { status: 403, title: 'The request came from another site' },
  setup_token_invalid: { status: 403, title: 'The set-up token is not valid' },
  scope_not_held: { status: 403, title: 'A scope is beyond your own' },
  ceiling_exceeded: { status: 403, title: 'The key would exceed the key that creates it' },
  plan_limit_reached: { status: 403, title: "The plan's limit of keys is reached" },
  outside_workspace: { status: 403, title: 'A confined key cannot change the organization' },
  two_factor_required: { status: 403, title: 'Your organization requires a second factor' },
  recent_sign_in_required: { status: 403, title: 'A recent sign-in is needed' },
  sign_in_failed: { status: 403, title: 'The sign-in details are wrong' },
  password_wrong: { status: 403, title: 'Your password is needed' },
  password_reset_invalid: { status: 403, title: 'The link to reset the password is not valid' },
  invitation_invalid: { status: 403, title: 'The invitation is not valid' },
  invitation_blocked: { status: 403, title: 'The invitation is blocked' },
  invited_address_differs: { status: 403, title: 'The invitation is for another address' },
  join_key_invalid: { status: 403, title: 'The join key is not valid' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  request_timeout: { status: 408, title: 'The request took too long' },
  invalid_state: { status: 409, title: 'The status forbids this change' },
  cascade_includes_caller: { status: 409, title: 'The calling key is among what would end' },
  cascade_too_large: { status: 409, title: 'The key created too much for one request' },
  already_set_up: { status: 409, title: 'This server already has an owner' },
  idempotency_conflict: { status: 409, title: 'The Idempotency-Key was used for another request' },
  edit_conflict: { status: 412, title: 'The record was edited since it was read' },
  body_too_large: { status: 413, title: 'The body is too large' },
  inspected_body_too_large: { status: 413, title: 'The body is too large to be inspected' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  policy_invalid: { status: 422, title: 'The policy is not valid' },
  validation_failed: { status: 422, title: 'The request is not valid' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The head of the request is too large' },
  internal: { status: 500, title: 'Something went wrong on the server' },
  upstream_failed: { status: 502, title: 'The upstream could not answer' },
  no_upstream: { status: 503, title: 'No upstream is available' },
  cascade_undetermined: { status: 503, title: 'It took too long to tell what a revocation ends' },
  unavailable: { status: 503, title: 'The server cannot answer right now' },
  no_snapshot: { status: 503, title: 'The gateway does not know the keys yet' },
  gateway_removed: { status: 503, title: 'The gateway was removed from its fleet' },
  snapshot_stale: { status: 503, title: 'The keys of the gateway are out of date' },
  upstream_timeout: { status: 504, title: 'The upstream took too long' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** The body of every refusal: application/problem+json (RFC 9457). */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(codes),
    detail: z.string().meta({ description: 'What was wrong and what to do, in plain words' }),
    requestId: z.string(),
    errors: z
      .array(
        z.strictObject({
          path: z.string(),
          message: z.string(),
          line: z.int().optional(),
          column: z.int().optional(),
          endLine: z.int().optional(),
          endColumn: z.int().optional(),
        }),
      )
      .optional()
      .meta({
        description:
          'For code validation_failed: each field that caused the error. For code policy_invalid: each error, with its place in the text',
      }),
    scopes: z.array(z.string()).optional().meta({ description: 'Scopes that caused the error' }),
    factors: z.array(z.enum(FACTORS)).optional().meta({
      description:
        'For codes recent_sign_in_required and two_factor_required: the factors of the user that are accepted. A code is sent together with the password',
    }),
    state: z
      .string()
      .optional()
      .meta({ description: 'For code device_login: the error code of RFC 8628' }),
    limit: z
      .int()
      .optional()
      .meta({ description: 'For code plan_limit_reached: how many keys the plan allows' }),
    count: z
      .int()
      .optional()
      .meta({ description: 'For code plan_limit_reached: how many keys count towards the limit' }),
    newer: z
      .strictObject({ path: z.string(), version: z.int(), etag: z.string() })
      .optional()
      .meta({
        description:
          'For code edit_conflict of a policy: where to read what was saved meanwhile, its version, and its etag',
      }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problem>;

/**
 * What gateways and the SDK's guards refuse with: the problem, and its reason once more where
 * clients of LLM providers look for it.
 */
export const gatewayProblem = problem.extend({
  error: z.strictObject({ message: z.string(), type: z.string(), code: z.enum(codes) }),
});
export type GatewayProblem = z.output<typeof gatewayProblem>;
