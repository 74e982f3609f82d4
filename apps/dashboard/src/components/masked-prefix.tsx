import { joinClasses } from '../lib/join-classes.ts';

interface MaskedPrefixProps {
  readonly prefix: string;
  readonly className?: string;
}

/** `tk_live_a1b2…`: all that is ever shown again of a secret. */
export function MaskedPrefix({ prefix, className }: MaskedPrefixProps) {
  return (
    <code className={joinClasses('whitespace-nowrap font-mono text-[0.8125rem]', className)}>
      {prefix}…
    </code>
  );
}
