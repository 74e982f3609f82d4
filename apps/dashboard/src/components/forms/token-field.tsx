import { ipRange } from '@tollkeeper/contract';
import { X } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { joinClasses } from '../../lib/join-classes.ts';
import { useAfterPress } from '../../lib/press.ts';
import { Button } from '../button.tsx';
import { TextInput } from './controls.tsx';
import { useUnsaved } from './dialog.tsx';
import { Field } from './field.tsx';

export interface SplitTokens {
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

interface TokenFieldProps<Value> {
  readonly label: string;
  readonly hint: ReactNode;
  readonly placeholder: string;
  readonly addLabel: string;
  /** Names the list of those that were added. */
  readonly listLabel: string;
  /** What the tokens make, those that are being typed included. */
  readonly value: Value;
  readonly tokensOf: (value: Value) => readonly string[];
  readonly add: (value: Value, tokens: readonly string[]) => Value;
  readonly remove: (value: Value, token: string) => Value;
  /** Takes typed or pasted text apart. */
  readonly split: (text: string) => SplitTokens;
  /** What is wrong with those that are none. */
  readonly explainBad: (bad: readonly string[]) => string;
  readonly error: string | undefined;
  readonly className?: string;
  readonly onValue: (value: Value) => void;
}

/** Text in the field, the value without it, and the value with it. */
interface Typed<Value> {
  readonly text: string;
  readonly without: Value;
  readonly value: Value;
}

/**
 * Short texts, each of its own. What is typed counts while it is typed, so that summaries and the form
 * have it, and becomes an entry of the list on Enter and on leaving. The form around it is not submitted
 * while something is typed that is none: the range that somebody meant would be missing.
 */
export function TokenField<Value>({
  label,
  hint,
  placeholder,
  addLabel,
  listLabel,
  value,
  tokensOf,
  add,
  remove,
  split,
  explainBad,
  error,
  className,
  onValue,
}: TokenFieldProps<Value>) {
  const [kept, setTyped] = useState<Typed<Value>>();
  // The form was reset, or took a value of somebody else.
  const typed = kept?.value === value ? kept : undefined;
  const text = typed?.text ?? '';
  const listed = typed ? typed.without : value;
  const [bad, setBad] = useState<readonly string[]>([]);
  const input = useRef<HTMLInputElement>(null);
  useUnsaved(text !== '');

  function type(text: string, without: Value) {
    const { good } = split(text);
    const next = good.length > 0 ? add(without, good) : without;
    setTyped(text === '' ? undefined : { text, without, value: next });
    setBad([]);
    if (next !== value) onValue(next);
  }

  const list = useCallback(() => {
    const rest = split(text).bad;
    setTyped(rest.length > 0 ? { text: rest.join(', '), without: value, value } : undefined);
    setBad(rest);
    return rest.length === 0;
  }, [text, value, split]);

  // A longer list would move the button away from under the pointer that presses it.
  const listAfterPress = useAfterPress(list);

  useEffect(() => {
    const field = input.current;
    const form = field?.form;
    const listOrRefuse = (event: SubmitEvent) => {
      if (list()) return;
      event.preventDefault();
      event.stopPropagation();
      field?.focus();
    };
    form?.addEventListener('submit', listOrRefuse);
    return () => form?.removeEventListener('submit', listOrRefuse);
  }, [list]);

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
              onChange={(event) => type(event.target.value, listed)}
              onBlur={listAfterPress}
              onKeyDown={(event) => {
                // Enter adds; on an empty line it submits, as in every form.
                if (event.key !== 'Enter' || text.trim() === '') return;
                event.preventDefault();
                list();
              }}
              className={joinClasses('font-mono text-[0.8125rem]', className)}
            />
            <Button onClick={list}>{addLabel}</Button>
          </div>
        )}
      </Field>
      {tokensOf(listed).length > 0 ? (
        <ul aria-label={listLabel} className="flex flex-wrap gap-1.5">
          {tokensOf(listed).map((token) => (
            <li
              key={token}
              className="flex min-w-0 items-center gap-1 rounded-md bg-sunken py-0.5 pr-1 pl-2 font-mono text-[0.8125rem] [overflow-wrap:anywhere]"
            >
              {token}
              <button
                type="button"
                aria-label={`Remove ${token}`}
                onClick={() => type(text, remove(listed, token))}
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
      value={ranges}
      tokensOf={(value) => value}
      add={joinRanges}
      remove={(value, range) => value.filter((other) => other !== range)}
      split={splitRanges}
      explainBad={(bad) =>
        `Not an IP address or a CIDR range such as 10.0.0.0/8: ${bad.join(', ')}`
      }
      error={error}
      className="max-w-72"
      onValue={onRanges}
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
