import { Popover as RadixPopover, Tooltip as RadixTooltip } from 'radix-ui';
import type { ReactNode } from 'react';

interface PopoverProps {
  readonly trigger: ReactNode;
  readonly label: string;
  readonly children: ReactNode;
}

export function Popover({ trigger, label, children }: PopoverProps) {
  return (
    <RadixPopover.Root>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
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
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

interface TooltipProps {
  readonly text: string;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly children: ReactNode;
}

/** Text that appears on hover and on keyboard focus of the trigger. */
export function Tooltip({ text, children, ...state }: TooltipProps) {
  return (
    <RadixTooltip.Root {...state}>
      <RadixTooltip.Trigger asChild>{children}</RadixTooltip.Trigger>
      <RadixTooltip.Portal>
        <RadixTooltip.Content
          sideOffset={4}
          collisionPadding={8}
          className="animate-fade z-60 max-w-72 rounded-md bg-ink px-2.5 py-1.5 text-[0.8125rem] text-canvas shadow-float"
        >
          {text}
        </RadixTooltip.Content>
      </RadixTooltip.Portal>
    </RadixTooltip.Root>
  );
}

export const TooltipProvider = RadixTooltip.Provider;
