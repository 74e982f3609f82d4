import { expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const COMPLETE = {
  TOLLKEEPER_BILLING: 'stripe',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  STRIPE_PRICE_DEVELOPER: 'price_1, price_old',
  STRIPE_PRICE_PRO: 'price_2',
};

function refusal(env: Readonly<Record<string, string>>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

it('reads what Stripe needs, and has organizations change their plan themselves', () => {
  const { billing } = readConfig({ ...COMPLETE, TOLLKEEPER_PLAN_CHANGES: 'request' });
  expect(billing).toMatchObject({ provider: 'stripe', planChanges: 'self' });
  expect(billing.stripe).toEqual({
    ...{ secretKey: 'sk_test_1', webhookSecret: 'whsec_1', graceDays: 14, trialDays: 0 },
    prices: new Map([
      ['developer', ['price_1', 'price_old']],
      ['pro', ['price_2']],
    ]),
  });
  expect(readConfig({ STRIPE_SECRET_KEY: 'sk_test_1' }).billing.stripe).toBeNull();
});

it.each([
  ['STRIPE_SECRET_KEY', 'pk_test_1', 'must begin with sk_live_'],
  ['STRIPE_SECRET_KEY', '', 'STRIPE_SECRET_KEY is needed'],
  ['STRIPE_WEBHOOK_SECRET', 'secret', 'must begin with whsec_'],
  ['STRIPE_WEBHOOK_SECRET', '', 'STRIPE_WEBHOOK_SECRET is needed'],
  ['STRIPE_PRICE_PRO', 'prod_1', 'must be ids of prices'],
  ['STRIPE_PRICE_PRO', 'price_1', 'price_1 is named twice'],
  ['STRIPE_GRACE_DAYS', '366', 'must be a number of days from 0 to 365'],
  ['STRIPE_TRIAL_DAYS', '-1', 'must be a number of days from 0 to 730'],
])('refuses %s=%s in one line that never holds the value of a secret', (name, value, words) => {
  const message = refusal({ ...COMPLETE, [name]: value });
  expect(message).toContain(words);
  expect(message).not.toMatch(/\n|pk_test_1|"secret"/);
});

it.each([
  ['STRIPE_PRICES_PRO', 'STRIPE_PRICE_PRO'],
  ['STRIPE_GRACE_DAY', 'STRIPE_GRACE_DAYS'],
  ['stripe_price_enterprise', 'STRIPE_PRICE_ENTERPRISE'],
])('refuses %s, which nothing reads, and names %s', (name, nearest) => {
  expect(refusal({ ...COMPLETE, [name]: 'price_9' })).toContain(`the nearest is ${nearest}`);
  expect(refusal({ [name]: 'price_9' })).toBe('accepted');
});

it('leaves what other programs read of Stripe alone', () => {
  expect(refusal({ ...COMPLETE, STRIPE_API_KEY: '1', STRIPE_PUBLISHABLE_KEY: '1' })).toBe(
    'accepted',
  );
});

it('names everything that is missing', () => {
  const message = refusal({ TOLLKEEPER_BILLING: 'stripe' });
  expect(message).toContain('STRIPE_SECRET_KEY is needed');
  expect(message).toContain('STRIPE_WEBHOOK_SECRET is needed');
  expect(message).toContain('STRIPE_PRICE_DEVELOPER, _PRO or _ENTERPRISE is needed');
});
