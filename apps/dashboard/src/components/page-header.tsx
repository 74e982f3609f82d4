import type { ReactNode } from 'react';

interface PageHeaderProps {
  readonly title: ReactNode;
  readonly children?: ReactNode;
}

/** The page's one h1, with its actions on the right. */
export function PageHeader({ title, children }: PageHeaderProps) {
  return (
    <div className="mb-5 flex min-h-9 flex-wrap items-center gap-x-4 gap-y-3">
      <h1 className="min-w-0 flex-[1_1_8rem] font-semibold text-xl tracking-tight [overflow-wrap:anywhere]">
        {title}
      </h1>
      {children ? <div className="flex flex-wrap items-center gap-2">{children}</div> : null}
    </div>
  );
}
