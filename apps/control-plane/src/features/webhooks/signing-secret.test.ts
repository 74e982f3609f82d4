import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { signaturesBy } from '../../testing/webhook-receiver.ts';
import {
  createSigningSecret,
  deriveWebhookKey,
  openSecret,
  sealSecret,
  secretText,
  signatureHeader,
  webhookPublicKey,
} from './signing-secret.ts';

const key = deriveWebhookKey('a secret of the server');
const secret = createSigningSecret(randomBytes);
const seal = (id = 'whe_1') => sealSecret(key, id, secret, randomBytes);

it('opens what it sealed, for the same endpoint by the same key alone', () => {
  const sealed = seal();
  expect(sealed.includes(secret)).toBe(false);
  expect(openSecret(key, 'whe_1', sealed)).toEqual(secret);
  expect(openSecret(key, 'whe_2', sealed)).toBeUndefined();
  expect(openSecret(deriveWebhookKey('another'), 'whe_1', sealed)).toBeUndefined();
  expect(openSecret(key, 'whe_1', sealed.subarray(0, 20))).toBeUndefined();
  sealed[30] = (sealed[30] ?? 0) ^ 1;
  expect(openSecret(key, 'whe_1', sealed)).toBeUndefined();
});

it('signs the vector of the specification', () => {
  // Of the official libraries' tests.
  const published = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampS: 1614265330 };
  const header = signatureHeader('v1', [published], { ...message, body: '{"test": 2432232314}' });
  expect(header).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

it.each(['v1', 'v1a'] as const)('signs by each secret: %s', (signature) => {
  const other = createSigningSecret(randomBytes);
  const message = { id: 'evt_1_whe_1', timestampS: 1, body: '{}' };
  const headers = {
    'webhook-id': message.id,
    'webhook-timestamp': '1',
    'webhook-signature': signatureHeader(signature, [secret, other], message),
  };
  const shown = signature === 'v1' ? secretText : webhookPublicKey;
  for (const each of [secret, other]) {
    expect(signaturesBy(shown(each), { path: '', headers, body: '{}' })).toBe(1);
    expect(signaturesBy(shown(each), { path: '', headers, body: '{ }' })).toBe(0);
  }
});
