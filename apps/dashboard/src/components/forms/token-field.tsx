import { ipRange } from '@tollkeeper/contract';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { joinClasses } from '../../lib/join-classes.ts';
import { Button } from '../button.tsx';
import { TextInput } from './controls.tsx';
import { Field } from './field.tsx';

export interface SplitTokens {
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

interface TokenFieldProps {
  readonly label: string;
  readonly hint: ReactNode;
  readonly placeholder: string;
  readonly addLabel: string;
  /** Names the list of those that were added. */
  readonly listLabel: string;
  readonly tokens: readonly string[];
  /** Takes typed or pasted text apart. */
  readonly split: (text: string) => SplitTokens;
  /** What is wrong with those that are none. */
  readonly explainBad: (bad: readonly string[]) => string;
  readonly error: string | undefined;
  readonly className?: string;
  readonly onAdd: (tokens: readonly string[]) => void;
  readonly onRemove: (token: string) => void;
}

/**
 * Short texts, each of its own. What is typed is added on Enter and on leaving. The form around it is
 * not submitted while something is typed that is none: the range that somebody meant would be missing.
 */
export function TokenField({
  label,
  hint,
  placeholder,
  addLabel,
  listLabel,
  tokens,
  split,
  explainBad,
  error,
  className,
  onAdd,
  onRemove,
}: TokenFieldProps) {
  const [text, setText] = useState('');
  const [bad, setBad] = useState<readonly string[]>([]);
  const input = useRef<HTMLInputElement>(null);

  function add() {
    const parts = split(text);
    if (parts.good.length > 0) onAdd(parts.good);
    setBad(parts.bad);
    setText(parts.bad.join(' '));
  }

  useEffect(() => {
    const field = input.current;
    const form = field?.form;
    const refuse = (event: SubmitEvent) => {
      const parts = split(text);
      if (parts.bad.length === 0) return;
      event.preventDefault();
      event.stopPropagation();
      setBad(parts.bad);
      field?.focus();
    };
    form?.addEventListener('submit', refuse);
    return () => form?.removeEventListener('submit', refuse);
  }, [text, split]);

  return (
    <div className="flex flex-col gap-2">
      <Field label={label} hint={hint} error={bad.length > 0 ? explainBad(bad) : error}>
        {(control) => (
          <div className="flex gap-2">
            <TextInput
              {...control}
              ref={input}
              autoComplete="off"
              spellCheck={false}
              placeholder={placeholder}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setBad([]);
              }}
              onBlur={add}
              onKeyDown={(event) => {
                // Enter adds; on an empty line it submits, as in every form.
                if (event.key !== 'Enter' || text.trim() === '') return;
                event.preventDefault();
                add();
              }}
              className={joinClasses('font-mono text-[0.8125rem]', className)}
            />
            <Button onClick={add}>{addLabel}</Button>
          </div>
        )}
      </Field>
      {tokens.length > 0 ? (
        <ul aria-label={listLabel} className="flex flex-wrap gap-1.5">
          {tokens.map((token) => (
            <li
              key={token}
              className="flex min-w-0 items-center gap-1 rounded-md bg-sunken py-0.5 pr-1 pl-2 font-mono text-[0.8125rem] [overflow-wrap:anywhere]"
            >
              {token}
              <button
                type="button"
                aria-label={`Remove ${token}`}
                onClick={() => onRemove(token)}
                className="flex size-6 shrink-0 items-center justify-center rounded text-soft hover:bg-line hover:text-ink"
              >
                <X size={13} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

interface AllowedIpsFieldProps {
  readonly ranges: readonly string[];
  /** What an empty list means, and what the ranges are for. */
  readonly hint: string;
  readonly error: string | undefined;
  readonly onRanges: (ranges: readonly string[]) => void;
}

/** Addresses that are accepted. */
export function AllowedIpsField({ ranges, hint, error, onRanges }: AllowedIpsFieldProps) {
  return (
    <TokenField
      label="Allowed IP ranges"
      hint={hint}
      placeholder="10.0.0.0/8"
      addLabel="Add range"
      listLabel="Allowed ranges"
      tokens={ranges}
      split={splitRanges}
      explainBad={(bad) =>
        `Not an IP address or a CIDR range such as 10.0.0.0/8: ${bad.join(', ')}`
      }
      error={error}
      className="max-w-72"
      onAdd={(added) => onRanges(joinRanges(ranges, added))}
      onRemove={(range) => onRanges(ranges.filter((other) => other !== range))}
    />
  );
}

/** Takes typed or pasted ranges apart: commas, semicolons, spaces and lines all separate. */
export function splitRanges(text: string): SplitTokens {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const isRange = (part: string) => ipRange.safeParse(part).success;
  return { good: parts.filter(isRange), bad: parts.filter((part) => !isRange(part)) };
}

/** The ranges of both lists, each once, in their order. */
export function joinRanges(before: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...before, ...added])];
}
