import { generateKeyPairSync } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { GithubKeySourceError, parseGithubKeySource } from './github-key-source.ts';
import { createGithubKeys } from './github-keys.ts';

const MINUTE_MS = 60_000;

function pem(namedCurve = 'P-256'): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve });
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

function documentOf(keys: Readonly<Record<string, string>>): string {
  const list = Object.entries(keys).map(([key_identifier, key]) => ({ key_identifier, key }));
  return JSON.stringify({ public_keys: list.map((each) => ({ ...each, is_current: true })) });
}

/** Keys as GitHub has them, which a test may change. */
function start() {
  const github = { text: documentOf({ one: pem() }), asked: 0, nowMs: 0 };
  const keys = createGithubKeys({
    source: { url: 'https://github.example/keys' },
    load: async () => {
      github.asked += 1;
      if (github.text === '') throw new Error('GitHub is away');
      return github.text;
    },
    log: pino({ level: 'silent' }),
    now: () => github.nowMs,
  });
  return { github, keys };
}

describe('the public keys of GitHub', () => {
  it('are asked for once, also by many at a time', async () => {
    const { github, keys } = start();
    const found = await Promise.all([keys.find('one'), keys.find('one'), keys.find('two')]);
    expect(found.map((key) => key !== undefined)).toEqual([true, true, false]);
    expect(github.asked).toBe(1);
  });

  it('are asked for again for one that is new, but not for each that strangers invent', async () => {
    const { github, keys } = start();
    await keys.find('one');
    github.text = documentOf({ two: pem() });
    for (let at = 0; at < 100; at += 1) await keys.find(`invented-${at}`);
    expect(github.asked).toBe(1);
    github.nowMs = 5 * MINUTE_MS;
    expect(await keys.find('two')).toBeDefined();
    // Withdrawn by GitHub.
    expect(await keys.find('one')).toBeUndefined();
    expect(github.asked).toBe(2);
  });

  it('are asked for again after a day', async () => {
    const { github, keys } = start();
    await keys.find('one');
    github.text = documentOf({ two: pem() });
    github.nowMs = 24 * 60 * MINUTE_MS;
    expect(await keys.find('one')).toBeUndefined();
  });

  it('stay as they are while GitHub is away or answers something else', async () => {
    const { github, keys } = start();
    await keys.find('one');
    for (const text of ['', '{}', 'null', documentOf({ rsa: 'no key' })]) {
      github.text = text;
      github.nowMs += 25 * 60 * MINUTE_MS;
      expect(await keys.find('one')).toBeDefined();
    }
    expect(github.asked).toBe(5);
  });

  it('are missing while GitHub has never answered, and asked for every five minutes', async () => {
    const { github, keys } = start();
    const { text } = github;
    github.text = '';
    await expect(keys.find('one')).rejects.toThrow('GitHub is away');
    await expect(keys.find('one')).rejects.toThrow('not known yet');
    expect(github.asked).toBe(1);
    github.text = text;
    github.nowMs = 5 * MINUTE_MS;
    expect(await keys.find('one')).toBeDefined();
  });
});

describe('the source of the keys', () => {
  it('is off, an address, or the keys themselves', () => {
    expect(parseGithubKeySource('off')).toBeNull();
    expect(parseGithubKeySource('https://a.example/k')).toEqual({ url: 'https://a.example/k' });
    const source = parseGithubKeySource(documentOf({ one: pem(), other: pem('P-384') }));
    expect(source && 'keys' in source ? [...source.keys.keys()] : []).toEqual(['one']);
  });

  it.each(['', 'on', 'ftp://a', '{}', '{"public_keys":[]}', documentOf({ a: pem('P-384') })])(
    'is not %j',
    (text) => {
      expect(() => parseGithubKeySource(text)).toThrow(GithubKeySourceError);
    },
  );
});
