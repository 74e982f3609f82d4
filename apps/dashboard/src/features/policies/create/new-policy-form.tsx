import { useMutation, useQuery } from '@tanstack/react-query';
import { POLICY_TEXT_MAX, type PolicyMode } from '@tollkeeper/contract';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../../components/button.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import { SettingsForm } from '../../../components/forms/settings-form.tsx';
import { useExactlyOnce } from '../../../components/forms/use-exactly-once.ts';
import { Notice } from '../../../components/notice.tsx';
import { Panel } from '../../../components/panel.tsx';
import { serverNow } from '../../../lib/server-clock.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { useCan } from '../../sessions/index.ts';
import { useChosenWorkspace, useWorkspaces, WorkspaceField } from '../../workspaces/index.ts';
import { CedarField, textBlock } from '../editor/cedar-field.tsx';
import { type Checked, hasErrors, useValidation } from '../editor/use-validation.ts';
import { ModeField } from '../mode-field.tsx';
import { createPolicyMutation, schemaQuery } from '../queries.ts';
import { ReplayPanel } from '../replay/replay-panel.tsx';
import { Simulator } from '../simulate/simulator.tsx';
import { ownTimeZone, TemplateFields } from './template-fields.tsx';
import { TemplatePicker } from './template-picker.tsx';
import { answerBlock, BLANK, type PolicyTemplate, type TemplateAnswers } from './templates.ts';

interface PolicyDraft {
  readonly template: PolicyTemplate;
  readonly answers: TemplateAnswers;
  /** What the person wrote in place of the text of the template. */
  readonly written: string | undefined;
  /** In place of those of the template. */
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** '' is every workspace. */
  readonly workspaceId: string;
  readonly mode: PolicyMode;
}

const FIELDS = ['name', 'description', 'workspaceId', 'mode', 'text'] as const;

export function NewPolicyForm({ onCreated }: { readonly onCreated: (id: string) => void }) {
  const chosen = useChosenWorkspace() ?? '';
  const { data: workspaces } = useWorkspaces();
  const { data: schema } = useQuery(schemaQuery);
  const mayRule = useCan('security.manage');
  const [now] = useState(serverNow);
  const [draft, setDraft] = useState(() => emptyDraft(chosen));
  const set = (part: Partial<PolicyDraft>) => setDraft((before) => ({ ...before, ...part }));
  const { template, answers, written, workspaceId } = draft;
  const text = textOf(draft, now);
  const checked = useValidation(text, workspaceId || null);
  const tried = { text, mode: draft.mode, workspaceId: workspaceId || null };
  const form = useCreate(draft, now, onCreated);
  const { fields } = form.errors;
  const isFilled = template !== BLANK || written !== undefined || draft.name !== undefined;
  return (
    <div className="flex max-w-4xl flex-col gap-5">
      <Panel className="pt-3">
        <SettingsForm
          submitLabel="Create policy"
          blocked={blockedBy(draft, text, checked) ?? placeBlock(workspaceId, mayRule)}
          pending={form.pending}
          errors={form.errors.form}
          onSubmit={form.submit}
          onReset={isFilled && !form.isCreated ? () => setDraft(emptyDraft(chosen)) : undefined}
        >
          <TemplatePicker
            chosen={template}
            onChoose={(next) => set({ template: next, written: undefined })}
          />
          <TemplateFields
            template={template}
            answers={answers}
            onAnswer={(part) => set({ answers: { ...answers, ...part } })}
          />
          <LineField
            label="Name"
            lengthMax={64}
            error={fields.name}
            value={nameOf(draft)}
            onValue={(name) => set({ name })}
          />
          <LineField
            label="Description"
            hint="Optional. What the policy is for."
            lengthMax={200}
            error={fields.description}
            value={descriptionOf(draft)}
            onValue={(description) => set({ description })}
          />
          {workspaces ? (
            <WorkspaceField
              workspaces={workspaces}
              required={!mayRule}
              hint={
                mayRule
                  ? 'Policies of one workspace cannot weaken those of every workspace.'
                  : 'A policy for every workspace needs the scope security.manage.'
              }
              workspaceId={workspaceId}
              error={fields.workspaceId}
              onWorkspace={(id) => set({ workspaceId: id })}
            />
          ) : null}
          <CedarField
            text={text}
            checked={checked}
            schema={schema?.schema}
            error={fields.text}
            onText={(next) => (next === text ? undefined : set({ written: next }))}
          />
          {written !== undefined && template !== BLANK ? (
            <Notice tone="info">
              You edited the text, so what you enter above no longer changes it.{' '}
              <Button size="small" className="mt-2" onClick={() => set({ written: undefined })}>
                Use the text of the template
              </Button>
            </Notice>
          ) : null}
          <ModeField mode={draft.mode} error={fields.mode} onMode={(mode) => set({ mode })} />
        </SettingsForm>
      </Panel>
      <Simulator policy={tried} />
      <ReplayPanel policy={tried} />
    </div>
  );
}

/** Sends the draft; leaves the page once nothing of it is unsaved. */
function useCreate(draft: PolicyDraft, now: number, onCreated: (id: string) => void) {
  const create = useMutation(createPolicyMutation);
  const send = useExactlyOnce(
    (sent: PolicyDraft) => ({
      name: nameOf(sent).trim(),
      description: descriptionOf(sent).trim(),
      workspaceId: sent.workspaceId || null,
      mode: sent.mode,
      text: textOf(sent, now),
    }),
    (body, idempotencyKey) => create.mutateAsync({ body, idempotencyKey }),
  );
  const [createdId, setCreatedId] = useState<string>();
  const form = useSubmit(FIELDS, async () => {
    const { id, name } = await send(draft);
    toast.success(`Created ${name}`);
    setCreatedId(id);
  });
  useEffect(() => {
    if (createdId !== undefined) onCreated(createdId);
  }, [createdId, onCreated]);
  return { ...form, isCreated: createdId !== undefined };
}

function emptyDraft(workspaceId: string): PolicyDraft {
  return {
    ...{ template: BLANK, written: undefined, name: undefined, description: undefined },
    ...{ workspaceId, mode: 'enforce' },
    answers: {
      ...{ tag: '', ranges: [], paths: [], models: [], tools: [], from: '09:00', to: '17:00' },
      timeZone: ownTimeZone(),
    },
  };
}

function nameOf({ name, template }: PolicyDraft): string {
  return name ?? template.name;
}

function descriptionOf({ description, template }: PolicyDraft): string {
  return description ?? template.description;
}

function textOf({ written, template, answers }: PolicyDraft, now: number): string {
  if (written !== undefined) return written;
  return answerBlock(template, answers) === undefined ? template.textOf(answers, now) : '';
}

function placeBlock(workspaceId: string, mayRule: boolean): string | undefined {
  return workspaceId === '' && !mayRule ? 'Choose a workspace.' : undefined;
}

function blockedBy(draft: PolicyDraft, text: string, checked: Checked): string | undefined {
  const { template, answers, written } = draft;
  const unanswered = written === undefined ? answerBlock(template, answers) : undefined;
  if (unanswered !== undefined) return unanswered;
  if (nameOf(draft).trim() === '') return 'Enter a name.';
  const block = textBlock(text, POLICY_TEXT_MAX);
  if (block !== undefined) return block;
  return checked.isCurrent && hasErrors(checked) ? 'Correct the errors first.' : undefined;
}
