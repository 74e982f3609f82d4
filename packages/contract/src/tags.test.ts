import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyTag, keyTags, normalizeTags, TAG_LENGTH_MAX, TAGS_MAX } from './tags.ts';

/** Few, so that two of them are often one tag. */
const alike = constantFrom(
  'a',
  ' a',
  'a\t',
  '\u00a0a',
  'A',
  'é',
  'e\u0301',
  ' é',
  '🦊',
  '\ufb01',
  'b c',
);
const texts = array(
  constantFrom('alike', 'any').chain((kind) =>
    kind === 'alike' ? alike : string({ unit: 'grapheme' }),
  ),
);

describe('tags as they are stored', () => {
  it('are trimmed, composed, each once and sorted, and stay so', () => {
    assert(
      property(texts, (given) => {
        const tags = normalizeTags(given);
        expect(tags).toEqual([...new Set(tags)].sort());
        for (const tag of tags) expect(tag).toBe(tag.trim().normalize('NFC'));
        expect(normalizeTags(tags)).toEqual(tags);
      }),
    );
  });

  it('are a set: neither the order nor a repetition matters, and none is lost', () => {
    assert(
      property(texts, (given) => {
        const tags = normalizeTags(given);
        expect(normalizeTags([...given, ...given].reverse())).toEqual(tags);
        for (const text of given) expect(tags).toContain(normalizeTags([text])[0]);
      }),
    );
  });

  it('tell apart what policies tell apart', () => {
    expect(normalizeTags(['ci', 'CI', 'c i', 'ﬁ', 'fi'])).toEqual(['CI', 'c i', 'ci', 'fi', 'ﬁ']);
  });
});

describe('a tag of a request', () => {
  it.each(['a', 'team:payments', 'env=prod', 'a b', 'ü', '🦊', 'x'.repeat(TAG_LENGTH_MAX)])(
    'may be %j',
    (text) => {
      expect(keyTag.safeParse(text).success).toBe(true);
    },
  );

  it.each([
    ['nothing', ''],
    ['white space alone', ' \t '],
    ['a comma', 'a,b'],
    ['a line break', 'a\nb'],
    ['a tabulator', 'a\tb'],
    ['a NUL', 'a\0'],
    ['a direction override', 'a\u202eb'],
    ['a zero-width space', 'a\u200bb'],
    ['half a character', 'a\ud800'],
    ['a key', `tk_live_${'a'.repeat(38)}`],
    ['too much', 'x'.repeat(TAG_LENGTH_MAX + 1)],
  ])('must not be %s', (_what, text) => {
    expect(keyTag.safeParse(text).success).toBe(false);
  });

  it('is one of a few', () => {
    const many = Array.from({ length: TAGS_MAX }, (_, n) => `tag-${n}`);
    expect(keyTags.safeParse(many).success).toBe(true);
    expect(keyTags.safeParse([...many, 'one more']).success).toBe(false);
  });
});
