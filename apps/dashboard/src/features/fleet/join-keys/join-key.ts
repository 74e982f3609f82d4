import { JOIN_KEY_USES_MAX, type JoinKey, type Labels } from '@tollkeeper/contract';
import type { StatusTone } from '../../../components/status-word.tsx';

interface Look {
  readonly word: string;
  readonly tone: StatusTone;
}

export const JOIN_KEY_LOOKS: Readonly<Record<JoinKey['status'], Look>> = {
  active: { word: 'Active', tone: 'good' },
  used_up: { word: 'Used up', tone: 'off' },
  expired: { word: 'Expired', tone: 'warn' },
  blocked: { word: 'Blocked', tone: 'bad' },
};

const RANKS: Readonly<Record<JoinKey['status'], number>> = {
  active: 0,
  blocked: 1,
  used_up: 2,
  expired: 2,
};

/** Join keys that admit gateways first, then those that may do so again; newest first among equals. */
export function sortJoinKeys(joinKeys: readonly JoinKey[]): JoinKey[] {
  return joinKeys.toSorted(
    (a, b) => RANKS[a.status] - RANKS[b.status] || (a.createdAt < b.createdAt ? 1 : -1),
  );
}

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

/**
 * The one line to run on the machine that becomes a gateway. The join key goes by the environment:
 * everyone on a machine can read the arguments of its processes.
 */
export function joinLine(secret: string, controlPlane: string): string {
  return `TOLLKEEPER_JOIN_KEY=${secret} npx tollkeeper gateway --control-plane ${controlPlane} --upstream http://127.0.0.1:3000`;
}

/** Whether only this very machine finds the address: the line would fail on another one. */
export function isLoopback(controlPlane: string): boolean {
  const { hostname } = new URL(controlPlane);
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
