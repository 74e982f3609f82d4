import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
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
