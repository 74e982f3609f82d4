import type { ReactNode } from 'react';

interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-16 text-center">
      {icon ? (
        <div aria-hidden className="mb-4 rounded-full bg-tint p-3.5 text-accent">
          {icon}
        </div>
      ) : null}
      <h2 className="font-semibold text-base">{title}</h2>
      <div className="mt-1.5 max-w-md text-balance text-soft">{children}</div>
      {action ? <div className="mt-5">{action}</div> : null}
    </div>
  );
}
