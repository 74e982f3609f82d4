import type { ApiKey, Identity } from '@tollkeeper/contract';

/**
 * Why the member may not enable the disabled key: enabling hands it out once more, so it needs what
 * creating it would need. The server decides; this says so before the button is pressed.
 * @returns undefined where nothing speaks against it
 */
export function enableBlock(
  { scopes, createdBy, disabledBy }: Pick<ApiKey, 'scopes' | 'createdBy' | 'disabledBy'>,
  { scopes: held }: Pick<Identity, 'scopes'>,
): string | undefined {
  if (!held.includes('api_keys.create')) {
    return 'Your role lacks the scope api_keys.create, which enabling a key needs.';
  }
  const byOwner = disabledBy?.type === 'member' && disabledBy.memberId === createdBy.memberId;
  if (!byOwner && !held.includes('api_keys.manage_all')) {
    const who = disabledBy?.type === 'member' ? disabledBy.name : 'A job';
    return `${who} disabled it. Ask someone who holds the scope api_keys.manage_all.`;
  }
  const lacking = scopes.filter((scope) => !held.includes(scope));
  return lacking.length > 0
    ? `You do not hold ${lacking.join(', ')}, which the key holds.`
    : undefined;
}
