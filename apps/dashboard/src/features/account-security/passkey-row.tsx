import { Fingerprint, Trash2 } from 'lucide-react';
import { Button } from '../../components/button.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import type { Passkey } from './account-queries.ts';
import { passkeyName } from './passkey-name.ts';

interface PasskeyRowProps {
  readonly passkey: Passkey;
  readonly onDelete: () => void;
}

export function PasskeyRow({ passkey, onDelete }: PasskeyRowProps) {
  const name = passkeyName(passkey);
  return (
    <li className="flex items-center gap-3 px-3.5 py-2.5">
      <Fingerprint size={18} aria-hidden className="shrink-0 text-soft" />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={name}>
          {name}
        </p>
        {passkey.createdAt ? (
          <p className="text-[0.8125rem] text-soft">
            added <TimeAgo at={passkey.createdAt} />
          </p>
        ) : null}
      </div>
      <Button look="quiet" size="icon" aria-label={`Delete ${name}`} onClick={onDelete}>
        <Trash2 size={15} aria-hidden />
      </Button>
    </li>
  );
}
