import {
  AUDIT_ACTION_GROUPS,
  AUDIT_ACTIONS,
  nearestName,
  WEBHOOK_EVENT_TYPES,
} from '@tollkeeper/contract';
import { EXIT, Failure } from '../../failure.ts';

const NAMED_MAX = 10;

/** Throws Failure for a type that does not exist, naming near ones: the server would list all of them. */
export function requireEventTypes(types: readonly string[]): void {
  const unknown = types.find((type) => !WEBHOOK_EVENT_TYPES.includes(type));
  if (unknown === undefined) return;
  throw new Failure(
    EXIT.usage,
    `There is no event type "${unknown}". ${nearTypes(unknown)} Nothing was changed.`,
  );
}

function nearTypes(type: string): string {
  const group = `${type.split('.', 1)[0]}.`;
  const ofGroup = AUDIT_ACTIONS.filter((action) => action.startsWith(group));
  if (ofGroup.length > 0) return `Of this group there are ${group}*, ${ofGroup.join(', ')}.`;
  const named = AUDIT_ACTIONS.filter((action) => action.includes(type));
  if (named.length > 0)
    return `Some have it in their name: ${named.slice(0, NAMED_MAX).join(', ')}.`;
  const known: readonly string[] = type.includes('*') ? AUDIT_ACTION_GROUPS : AUDIT_ACTIONS;
  return `The nearest is "${nearestName(type, known).each}".`;
}
