import { keyTag, normalizeTags, TAG_LENGTH_MAX, TAGS_MAX } from '@tollkeeper/contract';
import { type SplitTokens, TokenField } from '../../../components/forms/token-field.tsx';

interface TagsFieldProps {
  readonly tags: readonly string[];
  readonly error: string | undefined;
  readonly onTags: (tags: readonly string[]) => void;
}

export function TagsField({ tags, error, onTags }: TagsFieldProps) {
  return (
    <TokenField
      label="Tags"
      hint={`Optional. Up to ${TAGS_MAX} words to filter keys by, and for policies to read.`}
      placeholder="production"
      addLabel="Add tag"
      listLabel="Tags of the key"
      value={tags}
      tokensOf={(value) => value}
      add={(before, added) => normalizeTags([...before, ...added])}
      remove={(value, tag) => value.filter((other) => other !== tag)}
      split={splitTags}
      explainBad={(bad) =>
        `A tag is visible text of up to ${TAG_LENGTH_MAX} characters, without an API key in it. This is none: ${bad.join(', ')}`
      }
      error={error}
      className="max-w-72"
      onValue={onTags}
    />
  );
}

/** Takes typed or pasted tags apart: commas and lines separate them, spaces belong to them. */
export function splitTags(text: string): SplitTokens {
  const parts = normalizeTags(text.split(/[,\n]/)).filter(Boolean);
  const isTag = (part: string) => keyTag.safeParse(part).success;
  return { good: parts.filter(isTag), bad: parts.filter((part) => !isTag(part)) };
}
