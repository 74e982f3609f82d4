import type { Attempts } from '../../http/attempts.ts';

/**
 * Better Auth's own limits, by address and path, in the table that bounds what strangers store.
 * Guesses at passwords and codes have limits of their own (`http/guess-limit.ts`): by address alone,
 * one stranger behind an unknown proxy would lock everyone out.
 */
export function authRateLimit(attempts: Attempts) {
  return {
    enabled: true,
    window: 60,
    max: 300,
    customRules: {
      '/sign-in/email': false,
      '/change-password': false,
      '/two-factor/*': false,
    },
    customStorage: {
      async consume(key: string, { window, max }: { window: number; max: number }) {
        const limit = { scope: 'auth/network', subject: key, max, windowMs: window * 1000 };
        const taken = await attempts.take([limit]);
        return taken.outcome === 'taken'
          ? { allowed: true, retryAfter: null }
          : { allowed: false, retryAfter: taken.waitS };
      },
    },
  } as const;
}
