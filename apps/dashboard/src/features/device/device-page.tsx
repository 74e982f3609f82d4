import { useState } from 'react';
import { EntryPage } from '../../components/entry-page.tsx';
import { usePageTitle } from '../../lib/use-page-title.ts';
import { ApproveForm } from './approve-form.tsx';
import { CodeForm } from './code-form.tsx';

/** Where `tollkeeper login` leads. @param userCode of the address, if it holds one */
export function DevicePage({ userCode }: { readonly userCode: string | undefined }) {
  usePageTitle('Device login');
  const [typed, setTyped] = useState<string>();
  const code = userCode ?? typed;
  return (
    <EntryPage title="Sign in a device" lead="that runs the Tollkeeper command line">
      {code ? <ApproveForm key={code} userCode={code} /> : <CodeForm onCode={setTyped} />}
    </EntryPage>
  );
}
