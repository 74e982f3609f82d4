import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { joinClasses } from '../../lib/join-classes.ts';
import { TextInput } from './controls.tsx';
import { Field } from './field.tsx';

export interface ComboboxOption {
  readonly value: string;
  readonly label: string;
  /** Tells options of one label apart. */
  readonly detail: ReactNode;
}

interface ComboboxProps<Option extends ComboboxOption> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error: string | undefined;
  readonly placeholder: string;
  readonly text: string;
  /** Those that match the text; undefined while they are being read. */
  readonly options: readonly Option[] | undefined;
  /** What the list says where nothing matches. */
  readonly noneWords: string;
  readonly onText: (text: string) => void;
  readonly onChoose: (option: Option) => void;
}

/** A choice of many, searched by typing (WAI-ARIA's combobox with a list). */
export function Combobox<Option extends ComboboxOption>(props: ComboboxProps<Option>) {
  const { label, hint, error, placeholder, text, options = [], onText, onChoose } = props;
  const listId = useId();
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const index = Math.min(active, options.length - 1);

  function choose(option: Option): void {
    onChoose(option);
    setOpen(false);
  }

  function move(event: KeyboardEvent, to: number): void {
    event.preventDefault();
    setActive(isOpen ? (to + options.length) % Math.max(1, options.length) : 0);
    setOpen(true);
  }

  function handleKey(event: KeyboardEvent): void {
    const option = options[index];
    if (event.key === 'ArrowDown') move(event, index + 1);
    else if (event.key === 'ArrowUp') move(event, index - 1);
    else if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      if (option) choose(option);
    }
  }

  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div className="relative">
          <TextInput
            {...control}
            role="combobox"
            autoComplete="off"
            spellCheck={false}
            placeholder={placeholder}
            aria-autocomplete="list"
            aria-expanded={isOpen}
            aria-controls={listId}
            aria-activedescendant={isOpen && index >= 0 ? `${listId}-${index}` : undefined}
            value={text}
            onChange={(event) => {
              onText(event.target.value);
              setActive(0);
              setOpen(true);
            }}
            onClick={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={handleKey}
          />
          <OptionList {...props} id={listId} isOpen={isOpen} index={index} onChoose={choose} />
        </div>
      )}
    </Field>
  );
}

interface OptionListProps<Option extends ComboboxOption>
  extends Pick<ComboboxProps<Option>, 'label' | 'options' | 'noneWords' | 'onChoose'> {
  readonly id: string;
  readonly isOpen: boolean;
  readonly index: number;
}

function OptionList<Option extends ComboboxOption>({
  id,
  label,
  options,
  noneWords,
  isOpen,
  index,
  onChoose,
}: OptionListProps<Option>) {
  const words = options === undefined ? 'Searching…' : noneWords;
  return (
    <div
      hidden={!isOpen}
      className="absolute inset-x-0 top-full z-20 mt-1 max-h-64 overflow-y-auto rounded-lg border border-line bg-surface py-1 shadow-float"
    >
      {options?.length ? null : <p className="px-3 py-1.5 text-soft">{words}</p>}
      <div id={id} role="listbox" aria-label={label} aria-busy={options === undefined}>
        {options?.map((option, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field takes the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the text field keeps the focus
          <div
            key={option.value}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === index}
            ref={(element) => {
              if (isOpen && at === index) element?.scrollIntoView({ block: 'nearest' });
            }}
            // Otherwise the field loses the focus, and the list closes, before the click.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(option)}
            className={joinClasses('cursor-pointer px-3 py-1.5', at === index && 'bg-hover')}
          >
            <p className="truncate">{option.label}</p>
            <p className="truncate text-[0.8125rem] text-soft">{option.detail}</p>
          </div>
        ))}
      </div>
    </div>
  );
}
