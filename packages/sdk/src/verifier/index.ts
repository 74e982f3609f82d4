/** Decides about keys inside your own server, from the same snapshot as a gateway. */
export type { VerifiedKey } from './authorize-call.ts';
export {
  createVerifier,
  type Verification,
  type Verifier,
  type VerifierOptions,
  type VerifyRequest,
} from './create-verifier.ts';
export { type ExpressRequest, expressGuard } from './express-guard.ts';
export { fastifyGuard } from './fastify-guard.ts';
export type { GuardOptions } from './guard-options.ts';
export { type HonoContext, honoGuard } from './hono-guard.ts';
