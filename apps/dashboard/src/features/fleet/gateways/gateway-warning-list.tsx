import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { GatewayWarning } from './gateway-warnings.ts';

const LOOKS = {
  warn: { icon: TriangleAlert, look: 'text-warn-ink' },
  bad: { icon: CircleAlert, look: 'text-bad-ink' },
} as const;

export function GatewayWarningList({ warnings }: { readonly warnings: readonly GatewayWarning[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul aria-label="Warnings" className="flex max-w-4xl flex-col gap-1 text-[0.8125rem]">
      {warnings.map(({ tone, text }) => {
        const { icon: Icon, look } = LOOKS[tone];
        return (
          <li key={text} className="flex gap-2">
            <Icon size={14} aria-hidden className={`mt-0.5 shrink-0 ${look}`} />
            <span className="min-w-0 [overflow-wrap:anywhere]">{text}</span>
          </li>
        );
      })}
    </ul>
  );
}
