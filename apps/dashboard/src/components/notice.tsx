import type { Scope } from '@tollkeeper/contract';
import { CircleAlert, Info, RotateCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { explainError, requestIdOf } from '../lib/api-errors.ts';
import { joinClasses } from '../lib/join-classes.ts';
import { Button } from './button.tsx';

const TONES = {
  info: { look: 'bg-tint text-ink', icon: Info, iconLook: 'text-accent' },
  warn: { look: 'bg-warn-tint text-ink', icon: TriangleAlert, iconLook: 'text-warn-ink' },
  bad: { look: 'bg-bad-tint text-ink', icon: CircleAlert, iconLook: 'text-bad-ink' },
} as const;

interface NoticeProps {
  readonly tone: keyof typeof TONES;
  readonly title?: string;
  /** Spoken at once when it appears; for what answers an action. */
  readonly urgent?: boolean;
  readonly children?: ReactNode;
}

export function Notice({ tone, title, urgent = false, children }: NoticeProps) {
  const { look, icon: Icon, iconLook } = TONES[tone];
  return (
    <div
      role={urgent ? 'alert' : undefined}
      className={joinClasses('flex gap-3 rounded-lg px-4 py-3', look)}
    >
      <Icon size={17} aria-hidden className={joinClasses('mt-0.5 shrink-0', iconLook)} />
      <div className="min-w-0 [overflow-wrap:anywhere]">
        {title ? <p className="font-medium">{title}</p> : null}
        {children ? <div className="text-ink">{children}</div> : null}
      </div>
    </div>
  );
}

/** Above a form: why it was refused, where no field of it is at fault. */
export function ErrorNotice({ messages }: { readonly messages: readonly string[] }) {
  if (messages.length === 0) return null;
  return (
    <Notice tone="bad" urgent>
      {messages.join(' ')}
    </Notice>
  );
}

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

interface LackedScopeProps {
  readonly scope: Scope;
  /** What the page shows to those who hold it: "roles". */
  readonly what: string;
}

/** In place of a page's content that the member's role does not see. */
export function LackedScope({ scope, what }: LackedScopeProps) {
  return (
    <Notice tone="info" title={`Your role does not allow you to see ${what}`}>
      It lacks the scope <code className="font-mono">{scope}</code>. Ask an admin of the
      organization for a role that holds it.
    </Notice>
  );
}
