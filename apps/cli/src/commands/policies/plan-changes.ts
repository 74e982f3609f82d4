import { differingFields, type Field, isDifferent, nameOf, type Pair } from './compare-policies.ts';

/** One policy that is to change on the server. */
export interface PlannedChange {
  readonly action: 'create' | 'update' | 'delete';
  readonly pair: Pair;
  readonly name: string;
  /** Of an update. */
  readonly fields: readonly Field[];
  readonly disables: boolean;
}

/** Deletions last: what takes the place of a policy is there before it goes. */
export function planChanges(pairs: readonly Pair[], deletes: boolean): readonly PlannedChange[] {
  const planned = pairs
    .filter(isDifferent)
    .map(planChange)
    .filter(({ action }) => deletes || action !== 'delete');
  return [
    ...planned.filter(({ action }) => action !== 'delete'),
    ...planned.filter(({ action }) => action === 'delete'),
  ];
}

function planChange(pair: Pair): PlannedChange {
  const fields = differingFields(pair);
  const action = !pair.filed ? 'delete' : pair.saved ? 'update' : 'create';
  const disables = fields.includes('status') && pair.filed?.status === 'disabled';
  return { action, pair, name: nameOf(pair), fields, disables };
}

/** What the server asks of who makes the change. */
export function scopesOf({ action, pair }: PlannedChange): readonly string[] {
  const scope = { create: 'policies.create', update: 'policies.edit', delete: 'policies.delete' };
  return [scope[action], ...(pair.workspaceId === null ? ['security.manage'] : [])];
}
