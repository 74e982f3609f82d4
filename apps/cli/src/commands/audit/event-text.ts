import { type AuditActor, type AuditEventView, auditActorId } from '@tollkeeper/contract';

/** Who did it, by their name if it is known. */
export function actorText({ actor, actorName }: AuditEventView): string {
  return actorName === null ? unnamed(actor) : `${actorName}${KINDS[actor.type]}`;
}

const KINDS: Readonly<Record<AuditActor['type'], string>> = {
  member: '',
  key: ' (API key)',
  join_key: ' (join key)',
  operator: '',
  system: '',
};

function unnamed(actor: AuditActor): string {
  if (actor.type === 'operator') return 'the operator';
  if (actor.type === 'system') return `the server (${actor.job})`;
  return auditActorId(actor) ?? '';
}

/** What it was done to, such as `API key "ci-pipeline"`. */
export function targetText({ target: { type, name } }: AuditEventView): string {
  const word = type.replace('_', ' ').replace('api', 'API');
  return `${word} "${name}"`;
}
