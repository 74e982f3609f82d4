import { HighlightStyle, StreamLanguage, type StringStream } from '@codemirror/language';
import { tags } from '@lezer/highlight';

/** How deep a line is inside brackets, which is how far it is indented. */
interface CedarState {
  depth: number;
}

const KEYWORDS = new Set([
  ...['permit', 'forbid', 'when', 'unless'],
  ...['if', 'then', 'else', 'in', 'is', 'has', 'like'],
]);
const VARIABLES = new Set(['principal', 'action', 'resource', 'context']);
const WORD = /^[A-Za-z_]\w*/;

/** Cedar, as far as colours and indentation need it. The server reads it in earnest. */
export const cedarLanguage = StreamLanguage.define<CedarState>({
  name: 'cedar',
  startState: () => ({ depth: 0 }),
  token: readToken,
  indent: ({ depth }, textAfter, { unit }) =>
    Math.max(0, depth - (/^[)\]}]/.test(textAfter) ? 1 : 0)) * unit,
  languageData: {
    commentTokens: { line: '//' },
    closeBrackets: { brackets: ['(', '[', '{', '"'] },
    indentOnInput: /^\s*[)\]}]$/,
  },
});

function readToken(stream: StringStream, state: CedarState): string | null {
  if (stream.eatSpace()) return null;
  if (stream.match('//')) {
    stream.skipToEnd();
    return 'comment';
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string';
  if (stream.match(/^@\w*/)) return 'meta';
  if (stream.match(/^\d+/)) return 'number';
  if (stream.match(/^\.\s*[A-Za-z_]\w*/)) return 'propertyName';
  if (stream.match(/^[A-Za-z_]\w*(?=\s*::)/)) return 'typeName';
  const word = stream.match(WORD);
  if (word && typeof word !== 'boolean') return kindOfWord(word[0], stream);
  const character = stream.next() ?? '';
  if ('([{'.includes(character)) state.depth += 1;
  if (')]}'.includes(character)) state.depth = Math.max(0, state.depth - 1);
  return '()[]{}'.includes(character) ? 'bracket' : null;
}

function kindOfWord(word: string, stream: StringStream): string {
  if (KEYWORDS.has(word)) return 'keyword';
  if (VARIABLES.has(word)) return 'variableName.special';
  if (word === 'true' || word === 'false') return 'bool';
  return stream.match(/^\s*\(/, false) ? 'variableName.function' : 'variableName';
}

/** By the variables of app.css, which change with the theme. */
export const cedarHighlight = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent-strong)', fontWeight: '600' },
  { tag: tags.special(tags.variableName), color: 'var(--accent-strong)' },
  { tag: [tags.string, tags.typeName], color: 'var(--good-ink)' },
  { tag: [tags.number, tags.bool], color: 'var(--warn-ink)' },
  { tag: [tags.comment, tags.meta], color: 'var(--faint)' },
]);
