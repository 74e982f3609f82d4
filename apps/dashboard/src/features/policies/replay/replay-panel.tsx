import { useMutation } from '@tanstack/react-query';
import { POLICY_TEXT_MAX, type PolicyReplay } from '@tollkeeper/contract';
import { History } from 'lucide-react';
import { useState } from 'react';
import { LackedScope } from '../../../components/notice.tsx';
import { Panel } from '../../../components/panel.tsx';
import { useSubmit } from '../../../lib/use-submit.ts';
import { useCan } from '../../sessions/index.ts';
import { useChosenWorkspace, useWorkspaces, WorkspaceField } from '../../workspaces/index.ts';
import { textBlock } from '../editor/cedar-field.tsx';
import { replayMutation } from '../queries.ts';
import { QuestionFoot } from '../question-form.tsx';
import type { TriedPolicy } from '../simulate/simulated-call.ts';
import { ReplayAnswer } from './replay-answer.tsx';
import { whoseWords } from './replay-words.ts';
import {
  changesNothing,
  isEdit,
  type ReplayBody,
  replayBody,
  type SavedPolicyState,
} from './replayed-policy.ts';

interface ReplayPanelProps {
  readonly policy: TriedPolicy;
  /** As it is stored; without it, the policy is a new one. */
  readonly saved?: SavedPolicyState | undefined;
}

/** Asks which calls that were allowed in the last 24 hours would have been refused. */
export function ReplayPanel(props: ReplayPanelProps) {
  const mayReadUsage = useCan('usage.read');
  const mayReadKeys = useCan('api_keys.read');
  const lacked = mayReadUsage ? 'api_keys.read' : 'usage.read';
  return (
    <Panel title="Replay calls">
      {mayReadUsage && mayReadKeys ? (
        <ReplayForm {...props} />
      ) : (
        <div className="px-5 pt-1 pb-5">
          <LackedScope scope={lacked} what="which calls would have been refused" />
        </div>
      )}
    </Panel>
  );
}

interface Replayed {
  readonly sent: ReplayBody;
  readonly subject: string;
  /** Whose calls were asked about. */
  readonly whose: string;
  readonly replay: PolicyReplay;
}

const FIELDS = ['workspaceId', 'policy'] as const;

function ReplayForm({ policy, saved }: ReplayPanelProps) {
  const { workspaces, workspaceId, choose } = usePlace(policy);
  const seesAll = useSeesAllKeys();
  const [replayed, setReplayed] = useState<Replayed>();
  const ask = useMutation(replayMutation);
  const body = replayBody(policy, saved, workspaceId);
  const form = useSubmit(FIELDS, async () => {
    const subject = isEdit(saved) ? 'this edit' : 'this policy';
    const replay = await ask.mutateAsync(body);
    const place = workspaces.find((each) => each.id === replay.workspaceId)?.name;
    setReplayed({ sent: body, subject, whose: whoseWords(place, seesAll), replay });
  });
  const { fields } = form.errors;
  const blocked = blockedBy(policy, saved, workspaceId);
  return (
    <>
      <form onSubmit={form.submit} noValidate className="flex flex-col gap-4 px-5 pt-1 pb-4">
        <ReplayHint policy={policy} saved={saved} />
        {policy.workspaceId === null && workspaces.length > 1 ? (
          <WorkspaceField
            workspaces={workspaces}
            required
            hint="Whose calls are replayed."
            workspaceId={workspaceId}
            error={fields.workspaceId}
            onWorkspace={choose}
          />
        ) : null}
        <QuestionFoot
          icon={History}
          label="Replay the last 24 hours"
          errors={form.errors.form}
          textError={fields.policy}
          blocked={blocked}
          pending={form.pending}
        />
      </form>
      <div role="status">
        {replayed ? (
          <ReplayAnswer
            subject={replayed.subject}
            whose={replayed.whose}
            replay={replayed.replay}
            isOutdated={JSON.stringify(replayed.sent) !== JSON.stringify(body)}
          />
        ) : null}
      </div>
    </>
  );
}

function ReplayHint({ policy, saved }: ReplayPanelProps) {
  const seesAll = useSeesAllKeys();
  const hints = [
    'Says which calls that were allowed in the last 24 hours the text above would have refused.',
    isEdit(saved) || (saved === undefined && policy.mode === 'enforce')
      ? 'Nothing is saved.'
      : 'It is replayed as if it were enforced. Nothing is saved.',
    policy.text.includes('@limit') ? 'Rate limits are not replayed.' : '',
    seesAll ? '' : 'With your role, only calls of your own keys are counted here.',
  ];
  return <p className="text-soft">{hints.filter(Boolean).join(' ')}</p>;
}

/** A replay counts the calls of keys that the caller sees, with their owners. */
function useSeesAllKeys(): boolean {
  return [useCan('api_keys.manage_all'), useCan('members.read')].every(Boolean);
}

/** The workspace of the policy, or the one that was chosen here, or for all pages, or the only one. */
function usePlace({ workspaceId }: TriedPolicy) {
  const chosen = useChosenWorkspace();
  const { data: workspaces = [] } = useWorkspaces();
  const [own, choose] = useState('');
  const only = workspaces.length === 1 ? workspaces[0]?.id : undefined;
  return { workspaces, workspaceId: workspaceId || own || chosen || only || '', choose };
}

function blockedBy(
  policy: TriedPolicy,
  saved: SavedPolicyState | undefined,
  workspaceId: string,
): string | undefined {
  const block = textBlock(policy.text, POLICY_TEXT_MAX);
  if (block !== undefined) return block;
  if (changesNothing(policy, saved)) return 'Gateways enforce this text already.';
  return workspaceId === '' ? 'Choose a workspace.' : undefined;
}
