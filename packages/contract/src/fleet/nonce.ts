import { z } from 'zod';

/** 32 random bytes in base64url, drawn by whoever wants to know that an answer is a new one. */
export const nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
