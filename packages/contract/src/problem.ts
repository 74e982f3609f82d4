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
    detail: z.string().meta({ description: 'What was wrong and what to do, for a person' }),
    requestId: z.string(),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'With validation_failed: each field at fault' }),
    scopes: z.array(z.string()).optional().meta({ description: 'The scopes at fault' }),
    factors: z.array(z.enum(FACTORS)).optional().meta({
      description:
        'With recent_sign_in_required and two_factor_required: the factors of yours that would do. A code goes along with the password',
    }),
    state: z.string().optional().meta({ description: 'With device_login: as RFC 8628 names it' }),
    limit: z.int().optional().meta({ description: 'With plan_limit_reached: keys of the plan' }),
    count: z.int().optional().meta({ description: 'With plan_limit_reached: keys that count' }),
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
