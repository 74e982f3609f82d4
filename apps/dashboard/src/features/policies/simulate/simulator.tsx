import { useMutation } from '@tanstack/react-query';
import { POLICY_TEXT_MAX, type PolicySimulation } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { LackedScope } from '../../../components/notice.tsx';
import { Panel } from '../../../components/panel.tsx';
import { useSubmit } from '../../../lib/use-submit.ts';
import { useCan } from '../../sessions/index.ts';
import { useChosenWorkspace, useWorkspaces } from '../../workspaces/index.ts';
import { textBlock } from '../editor/cedar-field.tsx';
import { simulationMutation } from '../queries.ts';
import { QuestionFoot } from '../question-form.tsx';
import { CALL_FIELDS, CallFields } from './call-fields.tsx';
import {
  bodyPartsOf,
  NO_CALL,
  type SimulatedCall,
  type SimulationBody,
  simulationBody,
  type TriedPolicy,
} from './simulated-call.ts';
import { SimulationAnswer } from './simulation-answer.tsx';

interface SimulatorProps {
  /** What is being edited, saved or not; without it, the policies are asked as they are. */
  readonly policy?: TriedPolicy;
}

/** Decides about a call that nobody made. */
export function Simulator({ policy }: SimulatorProps) {
  const mayReadKeys = useCan('api_keys.read');
  return (
    <Panel title="Simulate a call">
      {mayReadKeys ? (
        <CallForm policy={policy} />
      ) : (
        <div className="px-5 pt-1 pb-5">
          <LackedScope scope="api_keys.read" what="what a key would be answered" />
        </div>
      )}
    </Panel>
  );
}

interface Simulated {
  readonly sent: SimulationBody;
  readonly simulation: PolicySimulation;
}

function CallForm({ policy }: { readonly policy: TriedPolicy | undefined }) {
  const [entered, setEntered] = useState<SimulatedCall>(NO_CALL);
  const [simulated, setSimulated] = useState<Simulated>();
  const simulate = useMutation(simulationMutation);
  const workspaceId = usePlace(entered, policy);
  const call = { ...entered, workspaceId };
  const body = bodyOf(call, policy);
  const form = useSubmit(
    CALL_FIELDS,
    async () => {
      if (!body) return;
      setSimulated({ sent: body, simulation: await atFields(simulate.mutateAsync(body)) });
    },
    () => (call.key ? {} : { keyId: 'Choose the key that calls.' }),
  );
  const { fields } = form.errors;
  const blocked = policy && textBlock(policy.text, POLICY_TEXT_MAX);
  return (
    <>
      <form onSubmit={form.submit} noValidate className="flex flex-col gap-4 px-5 pt-1 pb-4">
        <p className="text-soft">
          {policy ? 'The text above is tried as it stands, without saving it. ' : ''}
          Nothing is counted, and the key is not used.
        </p>
        <CallFields
          call={call}
          errors={fields}
          headers={simulated?.simulation.headers ?? []}
          bodyParts={bodyPartsOf(policy)}
          choosesWorkspace={!policy?.workspaceId}
          onCall={(part) => setEntered((before) => ({ ...before, ...part }))}
        />
        <QuestionFoot
          icon={FlaskConical}
          label="Simulate"
          errors={form.errors.form}
          textError={fields.policy}
          blocked={blocked}
          pending={form.pending}
        />
      </form>
      <div role="status">
        {simulated ? (
          <SimulationAnswer
            simulation={simulated.simulation}
            isOutdated={JSON.stringify(simulated.sent) !== JSON.stringify(body)}
          />
        ) : null}
      </div>
    </>
  );
}

function bodyOf(call: SimulatedCall, policy: TriedPolicy | undefined): SimulationBody | undefined {
  const { key } = call;
  return key && simulationBody({ ...call, key }, policy);
}

/** The workspace of the policy, or the one that was chosen here, or for all pages, or of the key. */
function usePlace({ workspaceId, key }: SimulatedCall, policy: TriedPolicy | undefined): string {
  const chosen = useChosenWorkspace();
  const { data: workspaces } = useWorkspaces();
  const only = workspaces?.length === 1 ? workspaces[0]?.id : undefined;
  return policy?.workspaceId || workspaceId || chosen || key?.workspaceId || only || '';
}

/** The fields of the request have names of their own here. */
async function atFields<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiError) || !error.problem.errors) throw error;
    const errors = error.problem.errors.map((each) => ({
      ...each,
      path: each.path.replace(/^request[./]/, ''),
    }));
    throw new ApiError({ ...error.problem, errors });
  }
}
