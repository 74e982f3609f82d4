import { RotateCw } from 'lucide-react';
import { explainError, requestIdOf } from '../lib/explain-error.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

interface LoadErrorProps {
  readonly what: string;
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** Something could not be loaded: what, why, and a way to try again. */
export function LoadError({ what, error, onRetry }: LoadErrorProps) {
  const requestId = requestIdOf(error);
  return (
    <Notice tone="bad" title={`Cannot load ${what}`} urgent>
      <p>{explainError(error)}</p>
      {requestId ? (
        <p className="mt-1 text-[0.8125rem] text-soft">
          Request <code className="font-mono">{requestId}</code>
        </p>
      ) : null}
      <Button size="small" className="mt-3" onClick={onRetry}>
        <RotateCw size={14} aria-hidden />
        Try again
      </Button>
    </Notice>
  );
}
