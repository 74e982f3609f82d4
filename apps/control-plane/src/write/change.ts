/**
 * A change that decisions depend on. That of a key or a policy names its workspace; null is every
 * workspace.
 */
export type Change =
  | {
      readonly kind: 'key' | 'policy';
      readonly subjectId: string;
      readonly workspaceId: string | null;
    }
  | {
      readonly kind: 'member' | 'role' | 'organization' | 'gateway' | 'workspace';
      readonly subjectId: string;
    };

/** Whether gateways decide by what changed. */
export function concernsGateways({ kind }: Pick<Change, 'kind'>): boolean {
  return kind !== 'gateway' && kind !== 'workspace';
}

/** A change as change feeds read it. */
export interface AppendedChange {
  readonly id: number;
  readonly kind: Change['kind'];
  readonly subjectId: string;
}
