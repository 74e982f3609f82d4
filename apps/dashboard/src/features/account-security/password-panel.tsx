import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Panel } from '../../components/panel.tsx';
import { ChangePasswordDialog } from './change-password-dialog.tsx';

export function PasswordPanel() {
  const [changing, setChanging] = useState(false);
  return (
    <Panel title="Password">
      <div className="px-5 pt-1 pb-5">
        <Button onClick={() => setChanging(true)}>Change password</Button>
      </div>
      {changing ? <ChangePasswordDialog onClose={() => setChanging(false)} /> : null}
    </Panel>
  );
}
