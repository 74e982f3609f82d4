import { JOIN_KEY_USES_MAX, type Labels } from '@tollkeeper/contract';

export interface JoinKeyDraft {
  readonly name: string;
  /** '' leaves it to the server, which takes the only one. */
  readonly workspaceId: string;
  readonly lifetime: Lifetime;
  /** As it was typed. */
  readonly uses: string;
  readonly labels: Labels;
}

export const FIRST_DRAFT: JoinKeyDraft = {
  name: '',
  workspaceId: '',
  lifetime: '3600',
  uses: '1',
  labels: {},
};

export const USES_RULE = `Use a whole number from 1 to ${JOIN_KEY_USES_MAX}.`;

/** @returns undefined when it is no such number */
export function parseUses(typed: string): number | undefined {
  if (!/^\d{1,4}$/.test(typed.trim())) return undefined;
  const uses = Number(typed);
  return uses >= 1 && uses <= JOIN_KEY_USES_MAX ? uses : undefined;
}

export function joinKeyBody({ name, workspaceId, lifetime, uses, labels }: JoinKeyDraft) {
  return {
    ...(name.trim() ? { name: name.trim() } : {}),
    ...(workspaceId ? { workspaceId } : {}),
    lifetimeSeconds: Number(lifetime),
    usesMax: parseUses(uses) ?? 1,
    labels,
  };
}

/** How long a join key works, by what a person calls it. */
export const LIFETIMES = [
  { value: '900', label: '15 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
] as const;
type Lifetime = (typeof LIFETIMES)[number]['value'];
