/**
 * What finds our keys in other people's repositories: a rule for gitleaks and a custom pattern for
 * GitHub, both from the pattern that the product itself knows its keys by. Writes them to
 * docs/secret-scanning.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SECRET_PATTERN, SECRET_PREFIXES } from '@tollkeeper/verify';

export const SCANNING_FOLDER = fileURLToPath(new URL('../docs/secret-scanning', import.meta.url));

/**
 * Ends a key: more letters or digits make another text of it, since all keys have one length. What
 * stands before does not matter: `\n` or `%3D` often does, and ends in a letter.
 */
const NOT_OF_A_KEY = '[^0-9A-Za-z]';

/** For RE2: without look-around, so that the end is part of the match and the key is group 1. */
const GITLEAKS_REGEX = `(${SECRET_PATTERN.source})(?:${NOT_OF_A_KEY}|$)`;

/** Bits for each character. Random ones have above 4; `xxxx…` in an example has less than 2. */
const ENTROPY_MIN = 3;

/** For Hyperscan, as GitHub asks for it: apart, what stands before, after, and what is no key. */
const GITHUB_PATTERN = {
  'Secret format': SECRET_PATTERN.source,
  'Before secret': '\\A|[\\s\\S]',
  'After secret': `\\z|${NOT_OF_A_KEY}`,
  'Secret must not match': 'x{8}|X{8}|0{8}',
} as const;

/** Each file by its name. */
export function scanningFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['gitleaks.toml', gitleaksRule()],
    ['github-custom-pattern.txt', gitHubPattern()],
  ]);
}

function gitleaksRule(): string {
  return `# Finds the keys of Tollkeeper. Made by scripts/secret-scanning.ts: change that.
[extend]
useDefault = true

[[rules]]
id = "tollkeeper-key"
description = "A key of Tollkeeper: anyone who holds it acts as its owner. Revoke it."
regex = '''${GITLEAKS_REGEX}'''
secretGroup = 1
entropy = ${ENTROPY_MIN}
keywords = [${SECRET_PREFIXES.map((prefix) => `"${prefix}"`).join(', ')}]
`;
}

function gitHubPattern(): string {
  const fields = Object.entries({ 'Pattern name': 'Tollkeeper key', ...GITHUB_PATTERN });
  return fields.map(([field, value]) => `${field}: ${value}\n`).join('');
}

if (import.meta.main) {
  for (const [name, text] of scanningFiles()) writeFileSync(join(SCANNING_FOLDER, name), text);
}
