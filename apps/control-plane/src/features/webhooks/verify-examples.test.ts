/**
 * Receivers in three languages verify what the product signs: the official library for JavaScript, and the
 * examples of docs/, in Python and Ruby.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { WebhookSignature } from '@tollkeeper/contract';
import { HOSTILE_NAMES, HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import {
  createSigningSecret,
  secretText,
  signatureHeader,
  webhookPublicKey,
} from './signing-secret.ts';

const PYTHON = process.env.PYTHON3_PATH ?? 'python3';
const RUBY = process.env.RUBY_PATH ?? 'ruby';

const EXAMPLES = new URL('../../../../../docs/examples/webhooks/', import.meta.url).pathname;

/** Each reads a list of cases from standard input, and writes whether each is genuine. */
const RUN_PYTHON = `
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from verify import is_genuine
cases = json.load(sys.stdin)
print(json.dumps([is_genuine(c["secret"], c["headers"], c["body"].encode()) for c in cases]))`;
const RUN_RUBY = `
require 'json'
require_relative File.join(ARGV[0], 'verify')
cases = JSON.parse($stdin.read)
puts JSON.generate(cases.map { |c| !!genuine?(c['secret'], c['headers'], c['body']) })`;

interface Case {
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Verify = (cases: readonly Case[]) => boolean[];

function runs(program: string, args: readonly string[]): Verify {
  return (cases) => {
    const input = JSON.stringify(cases);
    const { stdout, stderr } = spawnSync(program, [...args, EXAMPLES], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  };
}

const byLibrary: Verify = (cases) =>
  cases.map(({ secret, headers, body }) => {
    try {
      new Webhook(secret).verify(body, { ...headers });
      return true;
    } catch {
      return false;
    }
  });

const byPython = runs(PYTHON, ['-c', RUN_PYTHON]);
const byRuby = runs(RUBY, ['-e', RUN_RUBY]);

const nowS = Math.floor(Date.now() / 1000);
const secret = createSigningSecret(randomBytes);
const other = createSigningSecret(randomBytes);

function sent(signature: WebhookSignature, body: string, timestampS = nowS): Case {
  const id = 'evt_1_whe_1';
  const secrets = [secret, other];
  return {
    secret: signature === 'v1' ? secretText(secret) : webhookPublicKey(secret),
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(timestampS),
      'webhook-signature': signatureHeader(signature, secrets, { id, timestampS, body }),
    },
    body,
  };
}

// A lone surrogate cannot be sent as UTF-8: JSON writes it as an escape.
const bodies = [...HOSTILE_NAMES, ...HOSTILE_TEXTS].map(({ text }) => JSON.stringify({ text }));

test.each<[string, WebhookSignature, Verify]>([
  ['the official library', 'v1', byLibrary],
  ['the example in Python', 'v1', byPython],
  ['the example in Ruby', 'v1', byRuby],
  ['the example in Ruby', 'v1a', byRuby],
])('%s accepts what is signed by %s, and nothing else', (_, signature, verify) => {
  const genuine = bodies.map((body) => sent(signature, body));
  const afterRotation = { ...sent(signature, '{}') };
  const second =
    signature === 'v1'
      ? { ...afterRotation, secret: secretText(other) }
      : { ...afterRotation, secret: webhookPublicKey(other) };
  expect(verify([...genuine, afterRotation, second])).not.toContain(false);

  const whole = sent(signature, '{"a":1}');
  const changed = (headers: Record<string, string>) => ({
    ...whole,
    headers: { ...whole.headers, ...headers },
  });
  const stranger = createSigningSecret(randomBytes);
  const refused = [
    { ...whole, body: '{"a":2}' },
    { ...whole, secret: signature === 'v1' ? secretText(stranger) : webhookPublicKey(stranger) },
    changed({ 'webhook-id': 'evt_2_whe_1' }),
    changed({ 'webhook-timestamp': String(nowS - 1) }),
    sent(signature, '{"a":1}', nowS - 3600),
    sent(signature, '{"a":1}', nowS + 3600),
  ];
  expect(verify(refused)).not.toContain(true);
});
