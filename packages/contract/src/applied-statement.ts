/** What a gateway states when it acknowledges: from the moment on it decides with the version. */
export interface AppliedClaims {
  readonly workspaceId: string;
  readonly version: number;
  /** Position that its keys may reflect; the revision distinguishes databases. */
  readonly latest: { readonly version: number; readonly revision: string };
  /** By the clock of the gateway, in milliseconds since 1970. */
  readonly atMs: number;
}

/**
 * The text that a gateway signs with its identity. It names neither the gateway nor its address: the
 * key stands for it, so that a receipt can be shown to someone who may not see the fleet.
 */
export function appliedStatement({ workspaceId, version, latest, atMs }: AppliedClaims): string {
  const state = [version, latest.version, latest.revision, atMs];
  return ['tollkeeper fleet applied 4', workspaceId, ...state].join('\n');
}
