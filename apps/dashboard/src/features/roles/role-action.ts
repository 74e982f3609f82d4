import type { Role } from '@tollkeeper/contract';

/** What the person has begun to do to a role. */
export type RoleAction =
  | { readonly kind: 'create' }
  | { readonly kind: 'view' | 'edit' | 'delete'; readonly role: Role };
