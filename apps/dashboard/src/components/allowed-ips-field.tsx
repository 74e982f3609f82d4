import { X } from 'lucide-react';
import { useState } from 'react';
import { joinRanges, splitRanges } from '../lib/allowed-ips.ts';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import { TextInput } from './text-input.tsx';

interface AllowedIpsFieldProps {
  readonly ranges: readonly string[];
  /** What an empty list means, and what the ranges are for. */
  readonly hint: string;
  readonly error: string | undefined;
  readonly onRanges: (ranges: readonly string[]) => void;
}

/** Addresses that are accepted. What is typed is added on Enter and on leaving. */
export function AllowedIpsField({ ranges, hint, error, onRanges }: AllowedIpsFieldProps) {
  const [text, setText] = useState('');
  const [bad, setBad] = useState<readonly string[]>([]);
  const message =
    bad.length > 0
      ? `Not an IP address or a CIDR range such as 10.0.0.0/8: ${bad.join(', ')}`
      : error;

  function add() {
    const split = splitRanges(text);
    if (split.good.length > 0) onRanges(joinRanges(ranges, split.good));
    setBad(split.bad);
    setText(split.bad.join(' '));
  }

  return (
    <div className="flex flex-col gap-2">
      <Field label="Allowed IP ranges" hint={hint} error={message}>
        {(control) => (
          <div className="flex gap-2">
            <TextInput
              {...control}
              autoComplete="off"
              spellCheck={false}
              placeholder="10.0.0.0/8"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setBad([]);
              }}
              onBlur={add}
              onKeyDown={(event) => {
                // Enter adds the range; on an empty line it submits, as in every form.
                if (event.key !== 'Enter' || text.trim() === '') return;
                event.preventDefault();
                add();
              }}
              className="max-w-72 font-mono text-[0.8125rem]"
            />
            <Button onClick={add}>Add range</Button>
          </div>
        )}
      </Field>
      {ranges.length > 0 ? (
        <ul aria-label="Allowed ranges" className="flex flex-wrap gap-1.5">
          {ranges.map((range) => (
            <li
              key={range}
              className="flex items-center gap-1 rounded-md bg-sunken py-0.5 pr-1 pl-2 font-mono text-[0.8125rem]"
            >
              {range}
              <button
                type="button"
                aria-label={`Remove ${range}`}
                onClick={() => onRanges(ranges.filter((other) => other !== range))}
                className="flex size-6 items-center justify-center rounded text-soft hover:bg-line hover:text-ink"
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
