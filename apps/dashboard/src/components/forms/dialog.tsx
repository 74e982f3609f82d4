import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useReturnFocus } from '../../lib/hooks.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { Button } from '../button.tsx';
import {
  FILLED_FORM,
  LeaveQuestion,
  type LeaveWords,
  PageLeaveQuestion,
} from './leave-question.tsx';

const WIDTHS = { narrow: 'sm:max-w-md', wide: 'sm:max-w-2xl' } as const;

export interface DialogProps {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly width?: keyof typeof WIDTHS;
  readonly onClose: () => void;
  /** A click beside the dialog closes it, unless what it holds would be lost. */
  readonly closesOutside?: boolean;
  /** Only what it asks closes it: no cross, no Escape. */
  readonly closable?: boolean;
  /** Where the focus goes afterwards, if not to what had it before. */
  readonly onReturnFocus?: (event: Event) => void;
  readonly children: ReactNode;
}

/** Notes that something is unsaved, until the returned function is called. */
type NoteUnsaved = (words: LeaveWords) => () => void;

const UnsavedContext = createContext<NoteUnsaved>(() => () => undefined);

/** For what is inside a dialog: whether closing would lose something. Closing then asks first. */
export function useUnsaved(isUnsaved: boolean, words: LeaveWords = FILLED_FORM): void {
  const noteUnsaved = use(UnsavedContext);
  // Before the next key can be pressed, which may be Escape.
  useLayoutEffect(
    () => (isUnsaved ? noteUnsaved(words) : undefined),
    [isUnsaved, words, noteUnsaved],
  );
}

/** An open dialog; rendering it opens it. Traps the focus and gives it back. */
export function Dialog({
  title,
  description,
  width = 'narrow',
  onClose,
  closesOutside = true,
  closable = true,
  onReturnFocus,
  children,
}: DialogProps) {
  const returnFocus = useReturnFocus();
  const [unsaved, setUnsaved] = useState<LeaveWords>();
  const all = useRef(new Map<symbol, LeaveWords>());
  const noteUnsaved = useCallback<NoteUnsaved>((words) => {
    const part = Symbol('a part of the dialog');
    const showLast = () => setUnsaved([...all.current.values()].at(-1));
    all.current.set(part, words);
    showLast();
    return () => {
      all.current.delete(part);
      showLast();
    };
  }, []);
  const [isAsking, setIsAsking] = useState(false);

  function leave() {
    if (all.current.size > 0) setIsAsking(true);
    else onClose();
  }

  return (
    <Radix.Root open onOpenChange={(open) => !open && leave()}>
      <Radix.Portal>
        <Radix.Overlay className="animate-fade fixed inset-0 z-40 bg-veil/45" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          onCloseAutoFocus={onReturnFocus ?? returnFocus}
          onOpenAutoFocus={focusFirstQuestion}
          onInteractOutside={closesOutside && closable ? undefined : prevent}
          onEscapeKeyDown={closable ? undefined : prevent}
          className={joinClasses(
            'animate-rise fixed inset-x-0 bottom-0 z-50 mx-auto flex max-h-[min(100dvh,56rem)] w-full flex-col overflow-hidden rounded-t-xl border border-line bg-surface shadow-float outline-none sm:top-1/2 sm:bottom-auto sm:max-h-[calc(100dvh-3rem)] sm:-translate-y-1/2 sm:rounded-xl',
            WIDTHS[width],
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-3 sm:px-6 sm:pt-5">
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-semibold text-base text-ink [overflow-wrap:anywhere]">
                {title}
              </Radix.Title>
              {description ? (
                <Radix.Description className="mt-1 text-soft">{description}</Radix.Description>
              ) : null}
            </div>
            {closable ? (
              <Radix.Close asChild>
                <Button look="quiet" size="icon" aria-label="Close" className="-mt-1 -mr-2">
                  <X size={16} aria-hidden />
                </Button>
              </Radix.Close>
            ) : null}
          </header>
          <UnsavedContext value={noteUnsaved}>{children}</UnsavedContext>
          <PageLeaveQuestion words={unsaved} />
          {unsaved && isAsking ? (
            <LeaveQuestion words={unsaved} onLeave={onClose} onStay={() => setIsAsking(false)} />
          ) : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function prevent(event: Event): void {
  event.preventDefault();
}

const FIRST_QUESTION =
  '[data-initial-focus], input:not(:disabled, :read-only, [type=radio]), input[type=radio]:checked, select:not(:disabled), textarea';

/** To what the dialog asks, rather than to its cross. */
function focusFirstQuestion(event: Event): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  const first = event.currentTarget.querySelector<HTMLElement>(FIRST_QUESTION);
  if (!first) return;
  event.preventDefault();
  first.focus();
}

/** A button inside the dialog that closes it, with the question first where something is unsaved. */
export const DialogClose = Radix.Close;

/** The part that scrolls when the window is low. */
export function DialogBody({ children }: { readonly children: ReactNode }) {
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-5 pt-1 pb-5 sm:px-6">
      {children}
    </div>
  );
}

/** The buttons, the safe way out first in the tab order. */
export function DialogFooter({ children }: { readonly children: ReactNode }) {
  return (
    <footer className="flex flex-wrap items-center justify-end gap-2 border-line border-t bg-canvas px-5 py-3 sm:px-6">
      {children}
    </footer>
  );
}
