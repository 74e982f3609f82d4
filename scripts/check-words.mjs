/**
 * `npm run lint`: flags words that read oddly in a technical text, wherever they are: comments,
 * messages, names, documents. Say instead what happens, in the field's own words.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './processes.mjs';

/** What to write in place of each, as far as one replacement fits most sentences. */
const WORDS = new Map([
  ['told', 'notified, received, sent or reported'],
  ['tell after', 'notify after'],
  ['whoever', 'anyone who, or the role: the caller, the owner'],
  ['hears of', 'receives or learns of'],
  ['heard of', 'last seen, received'],
  ['stands in', 'is in, is stored in, replaces'],
  ['lets in', 'admits or accepts'],
  ['asked after', 'rechecked'],
  ['maker', 'creator'],
  ['makers', 'creators'],
  ['touched', 'affected, changed'],
]);

const PATTERN = new RegExp(
  `\\b(${[...WORDS.keys()].join('|').replaceAll(' ', '[\\s*/]+')})\\b`,
  'gi',
);

/**
 * @param {string} text
 * @returns {{ line: number, word: string, instead: string }[]}
 */
export function findWords(text) {
  return [...text.matchAll(PATTERN)].map(({ 0: found, index }) => {
    const word = found.toLowerCase().replace(/[\s*/]+/, ' ');
    const line = text.slice(0, index).split('\n').length;
    return { line, word, instead: WORDS.get(word) ?? '' };
  });
}

const FOLDERS = ['apps', 'bench', 'docs', 'packages', 'scripts', 'tests'];
const FILE = /\.(?:ts|tsx|mjs|md|yaml|toml)$/;
const NOT_OURS = /(?:^|[\\/])(?:node_modules|dist)[\\/]|check-words\./;

/** Documents beside package.json, and what the folders hold, by their paths below the root. */
function listFiles() {
  const documents = readdirSync(root).filter((name) => name.endsWith('.md'));
  const others = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((path) => join(folder, String(path))),
  );
  return [...documents, ...others].filter((path) => FILE.test(path) && !NOT_OURS.test(path));
}

/** @returns {number} how many were found; each is printed with its place */
export function checkWords() {
  let count = 0;
  for (const path of listFiles()) {
    for (const { line, word, instead } of findWords(readFileSync(join(root, path), 'utf8'))) {
      console.error(`${path}:${line} "${word}": say ${instead}`);
      count += 1;
    }
  }
  return count;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = checkWords() > 0 ? 1 : 0;
}
