import { useQueryClient } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../components/forms/dialog.tsx';
import { api } from '../../lib/api.ts';
import { createQuestion } from '../../lib/question.ts';
import { identityQuery } from './queries.ts';
import { SignInSteps } from './sign-in-page.tsx';

const question = createQuestion<true>();

/** Shows the sign-in over the page. @returns whether the same person has signed in again */
export function askSignIn(): Promise<boolean> {
  return question.ask(true);
}

/** Takes the sign-in away again, unanswered. */
export function dismissSignIn(): void {
  question.answer(false);
}

interface SignInAgainProps {
  /** Someone else wants to sign in: nothing of this page is theirs. */
  readonly onLeave: () => Promise<void>;
  /** Someone else has signed in. */
  readonly onReplaced: () => void;
}

/** When the session ends: sign in over the page, which keeps what was entered in it. */
export function SignInAgain({ onLeave, onReplaced }: SignInAgainProps) {
  const queryClient = useQueryClient();
  const asked = question.useAsked();
  const before = queryClient.getQueryData(identityQuery.queryKey)?.member;
  if (!asked || !before) return null;

  async function resume() {
    // Not through the query, which may be one of the requests that wait for this answer.
    const identity = await api.whoami({});
    if (identity.member.id !== before?.id) return onReplaced();
    queryClient.setQueryData(identityQuery.queryKey, identity);
    question.answer(true);
    await queryClient.invalidateQueries();
  }

  async function leave() {
    dismissSignIn();
    await onLeave();
  }

  return (
    <Dialog
      title="Your session ended"
      description="Sign in again to continue. What you entered on this page stays."
      closable={false}
      onClose={() => undefined}
    >
      <DialogBody>
        <SignInSteps address={before.email} onSignedIn={resume} />
      </DialogBody>
      <DialogFooter>
        <Button look="quiet" onClick={leave}>
          Use another account
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
