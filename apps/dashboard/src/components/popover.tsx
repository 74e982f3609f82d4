import { Popover as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

interface PopoverProps {
  readonly trigger: ReactNode;
  readonly label: string;
  readonly children: ReactNode;
}

export function Popover({ trigger, label, children }: PopoverProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="animate-fade z-50 max-h-[min(26rem,var(--radix-popover-content-available-height))] flex w-72 max-w-[calc(100vw-1rem)] flex-col rounded-lg border border-line bg-surface shadow-float"
        >
          <section
            aria-label={label}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, so the keyboard must reach it
            tabIndex={0}
            className="overflow-y-auto rounded-lg p-4"
          >
            {children}
          </section>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
