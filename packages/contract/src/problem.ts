import { z } from 'zod';
import { ERRORS, type ErrorCode } from './errors.ts';
import { FACTORS } from './session.ts';

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
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'For code validation_failed: each field that caused the error' }),
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
