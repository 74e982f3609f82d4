import { z } from 'zod';

/** 32 random bytes in base64url, by which their sender knows that an answer is new. */
export const nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
