import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecret, SECRET_PREFIXES } from '@tollkeeper/verify';
import { describe, expect, it } from 'vitest';
import { SCANNING_FOLDER, scanningFiles } from './secret-scanning.ts';

const KEYS = SECRET_PREFIXES.map((prefix) => createSecret(prefix, randomBytes));
const [LIVE = '', TEST = '', JOIN = ''] = KEYS;

const WITH_KEYS: Record<string, { text: string; keys: readonly string[] }> = {
  'an env file': {
    text: `PORT=80\nTOLLKEEPER_KEY=${LIVE}\nexport JOIN="${JOIN}" # new\r\nA='${TEST}'\r\n`,
    keys: [LIVE, JOIN, TEST],
  },
  JSON: { text: JSON.stringify({ key: LIVE, all: [TEST, JOIN] }), keys: [LIVE, TEST, JOIN] },
  'JSON within JSON': {
    text: JSON.stringify(JSON.stringify({ note: `old:\n${LIVE}\tnew:\n${TEST}` })),
    keys: [LIVE, TEST],
  },
  'a URL': {
    text: `https://a.example/v1?api_key=${LIVE}&next=%2F%3Fkey%3D${TEST}%26a#${JOIN}`,
    keys: [LIVE, TEST, JOIN],
  },
  'a log': {
    text: `2026-01-31T12:00:00Z GET / "Bearer ${LIVE}" 200 (${TEST})\n<${JOIN}>: spent\n`,
    keys: [LIVE, TEST, JOIN],
  },
  YAML: { text: `keys:\n  - ${LIVE}\n  - { id: ${TEST}}\n  b: |\n    ${JOIN}`, keys: KEYS },
  'a command': {
    text: `curl -H 'x-api-key: ${LIVE}' a.example; b --key=${TEST}`,
    keys: [LIVE, TEST],
  },
  'a file with nothing else': { text: LIVE, keys: [LIVE] },
  'a list without blanks': { text: KEYS.join(','), keys: KEYS },
  'a name that holds it': { text: `my_${LIVE}_old, x${TEST}-1, ÿ${JOIN}é`, keys: KEYS },
};

const LOOK_ALIKES: Record<string, string> = {
  'what is shown of a key': KEYS.map((key) => `${key.slice(0, 12)}… ${key.slice(0, 12)}***`).join(),
  'a placeholder': `tk_live_${'x'.repeat(38)} tk_test_${'X'.repeat(38)} tk_join_${'0'.repeat(38)}`,
  'a key cut short': LIVE.slice(0, -1),
  'a key with more behind it': `${LIVE}0 ${TEST}abc`,
  'a key broken by another character': `${LIVE.slice(0, 20)}-${LIVE.slice(21)}`,
  'another prefix': `tk_prod_${LIVE.slice(8)} sk_live_${LIVE.slice(8)} tklive_${LIVE.slice(8)}`,
  'a prefix in capitals': `TK_LIVE_${LIVE.slice(8)}`,
  'the random part alone': LIVE.slice(8),
  hashes: `sha256:${'0f'.repeat(32)} ${randomBytes(20).toString('hex')}`,
  'ids of ours': 'key_7dQx0mJ2vK4tR9sZ1aBc org_7dQx0mJ2vK4tR9sZ1aBc gw_7dQx0mJ2vK4tR9sZ1aBc',
  'a pattern for keys': JSON.stringify([...scanningFiles().values()]),
  'a variable': 'tk_live_key tk_test_secret = os.environ["tk_join_token"]',
};

it('has in its folder what is made from the pattern of today', () => {
  for (const [name, text] of scanningFiles()) {
    expect(readFileSync(join(SCANNING_FOLDER, name), 'utf8'), name).toBe(text);
  }
  expect(readdirSync(SCANNING_FOLDER).toSorted()).toEqual(
    [...scanningFiles().keys(), 'README.md'].toSorted(),
  );
});

describe.each([
  ['the gitleaks rule', readGitleaksRule()],
  ['the GitHub custom pattern', readGitHubPattern()],
])('%s', (_scanner, { sources, scan }) => {
  it('keeps to what RE2 and Hyperscan can do and JavaScript reads the same way', () => {
    for (const source of sources) {
      expect(source).not.toMatch(/\(\?(?!:)|\\(?![AzsS])|[*+?}][+]|'''/);
      expect(source).not.toMatch(/[^\x20-\x7e]/);
    }
  });

  it.each(Object.entries(WITH_KEYS))('finds every key in %s', (_where, { text, keys }) => {
    expect(scan(text)).toEqual(keys);
  });

  it.each(Object.entries(LOOK_ALIKES))('finds nothing in %s', (_what, text) => {
    expect(scan(text)).toEqual([]);
  });

  it('finds every one of many keys, among the look-alikes', () => {
    const keys = Array.from({ length: 5000 }, (_, n) =>
      createSecret(SECRET_PREFIXES[n % 3] ?? 'tk_live_', randomBytes),
    );
    const text = keys.map((key) => `${Object.values(LOOK_ALIKES).join('\n')}\nA=${key}\n`);
    expect(text.flatMap(scan)).toEqual(keys);
  });
});

interface Scanner {
  readonly sources: readonly string[];
  readonly scan: (text: string) => string[];
}

/** As gitleaks does it: a keyword in any case, matches that do not overlap, a group, its entropy. */
function readGitleaksRule(): Scanner {
  const rule = readFileSync(join(SCANNING_FOLDER, 'gitleaks.toml'), 'utf8');
  const source = /^regex = '''(.+)'''$/m.exec(rule)?.[1] ?? '';
  const group = Number(/^secretGroup = (\d+)$/m.exec(rule)?.[1]);
  const entropyMin = Number(/^entropy = (\d+)$/m.exec(rule)?.[1]);
  const keywords = JSON.parse(/^keywords = (\[.+\])$/m.exec(rule)?.[1] ?? '[]') as string[];
  return {
    sources: [source],
    scan(text) {
      if (!keywords.some((keyword) => text.toLowerCase().includes(keyword))) return [];
      const found = [...text.matchAll(new RegExp(source, 'gu'))].map((match) => match[group] ?? '');
      return found.filter((secret) => entropyOf(secret) > entropyMin);
    },
  };
}

/** As Hyperscan does it: every match, also where they overlap. */
function readGitHubPattern(): Scanner {
  const pattern = readFileSync(join(SCANNING_FOLDER, 'github-custom-pattern.txt'), 'utf8');
  const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(pattern)?.[1] ?? '';
  const [secret, before, after] = ['Secret format', 'Before secret', 'After secret'].map(field);
  const refused = field('Secret must not match');
  const whole = `(?:${before})(${secret})(?:${after})`;
  const inJavaScript = new RegExp(whole.replace('\\A', '^').replace('\\z', '$'), 'gu');
  return {
    sources: [whole, refused],
    scan(text) {
      const found: string[] = [];
      inJavaScript.lastIndex = 0;
      for (let match = inJavaScript.exec(text); match; match = inJavaScript.exec(text)) {
        found.push(match[1] ?? '');
        inJavaScript.lastIndex = match.index + 1;
      }
      return found.filter((each) => !new RegExp(refused, 'u').test(each));
    },
  };
}

/** Shannon's, in bits for each character. */
function entropyOf(text: string): number {
  const counts = Map.groupBy(text, (character) => character);
  const shares = [...counts.values()].map(({ length }) => length / text.length);
  return -shares.reduce((sum, share) => sum + share * Math.log2(share), 0);
}
