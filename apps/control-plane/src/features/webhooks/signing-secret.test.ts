import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { signaturesBy } from '../../testing/webhook-receiver.ts';
import {
  createSigningSecret,
  secretText,
  signatureHeader,
  webhookPublicKey,
} from './signing-secret.ts';

const secret = createSigningSecret(randomBytes);

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
    expect(signaturesBy(shown(each), { headers, body: '{}' })).toBe(1);
    expect(signaturesBy(shown(each), { headers, body: '{ }' })).toBe(0);
  }
});
