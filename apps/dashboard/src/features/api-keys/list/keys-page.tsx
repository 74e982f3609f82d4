import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { PageHeader, usePageTitle } from '../../../components/page.tsx';
import { LackedScope, useCan } from '../../sessions/index.ts';
import { CreateKeyFlow } from '../create/create-key-dialog.tsx';
import { keyListQuery } from '../queries.ts';
import { isWithoutKeys, KeyListSection, type KeysPageProps } from './key-list-section.tsx';
import { KeyStats } from './key-stats.tsx';
import { NoKeys } from './no-keys.tsx';

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
