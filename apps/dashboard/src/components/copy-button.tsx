import { Check, Copy } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { copyText } from '../lib/copy-text.ts';
import { Button, type ButtonProps } from './button.tsx';

interface CopyButtonProps extends Omit<ButtonProps, 'onClick' | 'children'> {
  readonly text: string;
  /** Names what is copied: "Copy secret". */
  readonly label: string;
  /** Shows the icon alone, by that name. */
  readonly iconOnly?: boolean;
  readonly onCopied?: () => void;
}

export function CopyButton({ text, label, iconOnly = false, onCopied, ...rest }: CopyButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2500);
    return () => clearTimeout(timer);
  }, [state]);

  async function copy() {
    const copied = await copyText(text);
    setState(copied ? 'copied' : 'failed');
    if (copied) onCopied?.();
  }

  return (
    <>
      <Button {...rest} aria-label={iconOnly ? label : undefined} onClick={copy}>
        {state === 'copied' ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
        {iconOnly ? null : label}
      </Button>
      <span role="status" className="sr-only">
        {state === 'copied' ? 'Copied' : ''}
        {state === 'failed' ? 'Copying failed: select the text and copy it by hand' : ''}
      </span>
    </>
  );
}

interface CopyRowProps {
  readonly label: string;
  readonly copyLabel?: string;
  readonly text: string;
  readonly primary?: boolean;
  readonly onCopied?: () => void;
}

/** Read-only text with a button that copies it. */
export function CopyRow({ label, copyLabel, text, primary = false, onCopied }: CopyRowProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-center justify-between gap-3">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <CopyButton
          size="small"
          data-initial-focus={primary || undefined}
          look={primary ? 'primary' : 'secondary'}
          text={text}
          label={copyLabel ?? `Copy ${label.toLowerCase()}`}
          {...(onCopied ? { onCopied } : {})}
        />
      </div>
      <textarea
        id={id}
        readOnly
        rows={2}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onFocus={(event) => event.target.select()}
        className="field-sizing-content resize-none rounded-md border border-control bg-canvas px-3 py-2 font-mono text-[0.8125rem] leading-relaxed [overflow-wrap:anywhere]"
      />
    </div>
  );
}
