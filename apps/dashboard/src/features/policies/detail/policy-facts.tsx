import { useQuery } from '@tanstack/react-query';
import type { Policy } from '@tollkeeper/contract';
import { Fact, Facts, IdFact, Panel } from '../../../components/panel.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { counted } from '../../../lib/format.ts';
import { useCan } from '../../sessions/index.ts';
import { authorWords, MODE_WORDS, PolicyPlace, PolicyStatusWord } from '../policy-words.tsx';
import { policyUsageQuery } from '../queries.ts';

export function PolicyFacts({ policy }: { readonly policy: Policy }) {
  return (
    <Panel title="Details">
      <Facts>
        <Fact term="Status">
          <PolicyStatusWord status={policy.status} />
        </Fact>
        <Fact term="Mode">{MODE_WORDS[policy.mode]}</Fact>
        {policy.mode === 'shadow' ? <ShadowFact id={policy.id} /> : null}
        <Fact term="Applies in">
          <PolicyPlace policy={policy} />
        </Fact>
        <Fact term="Version">{policy.version}</Fact>
        <Fact term="Last change">
          <TimeAgoButton at={policy.updatedAt} />
        </Fact>
        <Fact term="Created by">{authorWords(policy)}</Fact>
        <Fact term="Created">
          <TimeAgoButton at={policy.createdAt} />
        </Fact>
        <IdFact id={policy.id} />
      </Facts>
    </Panel>
  );
}

/** What the policy would have done, had it been enforced. */
function ShadowFact({ id }: { readonly id: string }) {
  const mayRead = useCan('usage.read');
  const { data } = useQuery({ ...policyUsageQuery(id), enabled: mayRead });
  if (!mayRead || !data) return null;
  return (
    <Fact term="Refusals">
      Would have refused {counted(data.shadowDenials24h, 'call')} in the last 24 hours
    </Fact>
  );
}
