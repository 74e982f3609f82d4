import type { Policy } from '@tollkeeper/contract';
import { Fact, Facts, IdFact, Panel } from '../../../components/panel.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { authorWords, MODE_WORDS, PolicyPlace, PolicyStatusWord } from '../policy-words.tsx';

export function PolicyFacts({ policy }: { readonly policy: Policy }) {
  return (
    <Panel title="Details">
      <Facts>
        <Fact term="Status">
          <PolicyStatusWord status={policy.status} />
        </Fact>
        <Fact term="Mode">{MODE_WORDS[policy.mode]}</Fact>
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
