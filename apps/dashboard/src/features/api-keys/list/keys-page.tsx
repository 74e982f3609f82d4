import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { LackedScope } from '../../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../../components/page.tsx';
import { ReviewsBanner } from '../../compliance/index.ts';
import { useCan } from '../../sessions/index.ts';
import { CreateKeyFlow } from '../create/create-key-dialog.tsx';
import { keyListQuery } from '../queries.ts';
import { isWithoutKeys, KeyListSection, type KeysPageProps } from './key-list-section.tsx';
import { KeyStats } from './key-stats.tsx';

export function KeysPage(props: KeysPageProps) {
  usePageTitle('API keys');
  const mayRead = useCan('api_keys.read');
  const mayCreate = useCan('api_keys.create');
  const [creating, setCreating] = useState(false);
  const list = useQuery({ ...keyListQuery(props.search), enabled: mayRead });
  const none = isWithoutKeys(props.search, list);
  const create = mayCreate ? () => setCreating(true) : undefined;
  return (
    <>
      <PageHeader title="API keys">
        {create && !none ? (
          <Button look="primary" onClick={create}>
            <Plus size={16} aria-hidden />
            Create key
          </Button>
        ) : null}
      </PageHeader>
      {mayRead ? (
        <>
          <ReviewsBanner />
          <KeyStats />
          {none ? <NoKeys onCreate={create} /> : <KeyListSection {...props} list={list} />}
        </>
      ) : (
        <LackedScope scope="api_keys.read" what="API keys" />
      )}
      {creating ? <CreateKeyFlow onClose={() => setCreating(false)} /> : null}
    </>
  );
}

/** Before the first key: what one is for, and the one button. */
function NoKeys({ onCreate }: { readonly onCreate: (() => void) | undefined }) {
  return (
    <section aria-label="Keys" className="rounded-xl border border-line bg-surface">
      <EmptyState
        icon={<KeyRound size={24} />}
        title="No keys yet"
        action={
          onCreate ? (
            <Button look="primary" onClick={onCreate}>
              <Plus size={16} aria-hidden />
              Create key
            </Button>
          ) : null
        }
      >
        <p>
          A key lets a tool, a job or a service call your APIs on your behalf. Create one for each:
          your editor, CI, a gateway. Each key can do only what you allow, and you can stop it at
          any time without affecting the others.
        </p>
        {onCreate ? null : <p className="mt-2">Your role cannot create keys. Ask an admin.</p>}
      </EmptyState>
    </section>
  );
}
