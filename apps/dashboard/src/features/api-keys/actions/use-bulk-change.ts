import { useMutation } from '@tanstack/react-query';
import type { ApiKey, ErrorCode, RouteOutput, Routes } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { explainError } from '../../../lib/api-errors.ts';
import { counted } from '../../../lib/format.ts';
import { lastOfEachWorkspace, toastChange } from '../propagation.tsx';
import {
  disableKeysMutation,
  enableKeysMutation,
  keptBody,
  revokeKeysMutation,
} from '../queries.ts';
import type { KeepMembers } from './use-cascade.tsx';

type Results = RouteOutput<Routes['revokeKeys']>['results'];
type Change = (ids: string[]) => Promise<{ results: Results }>;

interface Verb {
  readonly doing: string;
  readonly infinitive: string;
  /** With a count of keys: "Disabled 3 keys". */
  readonly done: string;
  /** Follows the count. */
  readonly besides?: string;
  readonly effect: string;
}

const REFUSED = 'They are refused everywhere from now on.';
const DISABLE: Verb = {
  doing: 'Disabling',
  infinitive: 'disable',
  done: 'Disabled',
  effect: REFUSED,
};
const ENABLE: Verb = {
  doing: 'Enabling',
  infinitive: 'enable',
  done: 'Enabled',
  effect: 'They work again.',
};
const REVOKE: Verb = { doing: 'Revoking', infinitive: 'revoke', done: 'Revoked', effect: REFUSED };

/** Changes several keys at once and says how many were changed, and why others were not. */
export function useBulkChange(onDone: () => void) {
  const { mutateAsync: disable } = useMutation(disableKeysMutation);
  const { mutateAsync: enable } = useMutation(enableKeysMutation);
  const { mutateAsync: revoke } = useMutation(revokeKeysMutation);
  const [running, setRunning] = useState<string>();
  const [outcome, setOutcome] = useState<BulkOutcome>();

  /** @throws what the request as a whole was refused with: then nothing was changed */
  async function changeAll(verb: Verb, keys: readonly ApiKey[], change: Change, undoes = false) {
    setRunning(`${verb.doing} ${counted(keys.length, 'key')}…`);
    try {
      const { results } = await change(keys.map(({ id }) => id));
      tell(verb, keys, results, undoes);
    } finally {
      setRunning(undefined);
    }
  }

  function tell(verb: Verb, keys: readonly ApiKey[], results: Results, undoes: boolean) {
    const refusals = new Map(results.flatMap(({ id, error }) => (error ? [[id, error]] : [])));
    const changed = keys.filter(({ id }) => !refusals.has(id));
    const keyIds = lastOfEachWorkspace(changed);
    const { done, besides = '', effect } = verb;
    if (changed.length === keys.length) {
      toastChange({
        title: `${done} ${counted(changed.length, 'key')}${besides}`,
        keyIds,
        done: effect,
        ...(verb === DISABLE ? { onUndo: () => undo(changed) } : {}),
      });
    } else {
      setOutcome({
        title: `${done} ${changed.length} of ${counted(keys.length, 'key')}${besides}`,
        keyIds,
        effect,
        refusals: keys.flatMap(({ id, name }) => {
          const error = refusals.get(id);
          return error ? [{ id, name, ...error }] : [];
        }),
        ...(verb === DISABLE && changed.length > 0 ? { onUndo: () => undo(changed) } : {}),
      });
    }
    if (!undoes) onDone();
  }

  async function undo(keys: readonly ApiKey[]) {
    const progress = toast.loading(`Enabling ${counted(keys.length, 'key')}…`);
    await changeOrExplain(ENABLE, keys, enable, true);
    toast.dismiss(progress);
  }

  async function changeOrExplain(
    verb: Verb,
    keys: readonly ApiKey[],
    change: Change,
    undoes = false,
  ): Promise<void> {
    try {
      await changeAll(verb, keys, change, undoes);
    } catch (error) {
      toast.error(`Cannot ${verb.infinitive} ${counted(keys.length, 'key')}`, {
        description: explainError(error),
      });
    }
  }

  return {
    /** "Disabling 3 keys…", while it is under way. */
    running,
    /** Where some were not changed. */
    outcome,
    forgetOutcome: () => setOutcome(undefined),
    disableAll: (keys: readonly ApiKey[]) => changeOrExplain(DISABLE, keys, disable),
    enableAll: (keys: readonly ApiKey[]) => changeOrExplain(ENABLE, keys, enable),
    revokeAll: (
      keys: readonly ApiKey[],
      reason: string,
      cascade: boolean,
      keepMembers: KeepMembers,
    ) =>
      changeAll(
        cascade ? { ...REVOKE, besides: ' and everything they created or rotated' } : REVOKE,
        keys,
        (ids) => revoke({ ids, ...(reason ? { reason } : {}), cascade, ...keptBody(keepMembers) }),
      ),
  };
}

/** What became of a change of several keys, where some of them were refused. */
export interface BulkOutcome {
  /** "Enabled 2 of 3 keys". */
  readonly title: string;
  /** Keys whose last changes stand for those of all that were changed. */
  readonly keyIds: readonly string[];
  /** What applies where no gateway has to receive it. */
  readonly effect: string;
  readonly refusals: readonly KeyRefusalOfMany[];
  readonly onUndo?: () => void;
}

interface KeyRefusalOfMany {
  readonly id: string;
  readonly name: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

interface RefusalGroup {
  readonly reason: string;
  readonly keys: readonly KeyRefusalOfMany[];
}

/** The refusals by their reason: most often many keys have the same one. */
export function groupByReason(refusals: readonly KeyRefusalOfMany[]): RefusalGroup[] {
  const groups = Map.groupBy(refusals, reasonOf);
  return [...groups].map(([reason, keys]) => ({ reason, keys }));
}

/** Without the name or id of the key, which stands beside it. */
function reasonOf({ code, detail, name }: KeyRefusalOfMany): string {
  if (code === 'not_found') return 'It was deleted meanwhile, or you can no longer see it.';
  const [before, after] = detail.split(` the key "${name}": it is `);
  return before?.startsWith('Cannot ') && after !== undefined ? `It is ${after}` : detail;
}
