import { z } from 'zod';

/** An Ed25519 public key: 32 bytes in base64url, as the `x` of a JWK has it (RFC 8037). */
export const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

export const PUBLIC_KEY_RULE = 'must be an Ed25519 public key: 32 bytes in base64url';

export const publicKey = z.string().regex(PUBLIC_KEY, PUBLIC_KEY_RULE);
