import { useId } from 'react';
import { CopyButton } from './copy-button.tsx';

interface CopyRowProps {
  readonly label: string;
  readonly copyLabel?: string;
  readonly text: string;
  readonly primary?: boolean;
  readonly onCopied?: () => void;
}

/** Text to take along: read-only, selectable, with its button. */
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
        className="field-sizing-content resize-none break-all rounded-md border border-control bg-canvas px-3 py-2 font-mono text-[0.8125rem] leading-relaxed"
      />
    </div>
  );
}
