/** Scopes: the catalog as the member sees it, by resource, and the picker that chooses from it. */

export { type ScopeCatalog, scopeCatalogQuery } from './queries.ts';
export { groupScopes } from './scope-groups.ts';
export { FinalScopesWarning, ScopePicker } from './scope-picker.tsx';
export { ScopesPopover } from './scopes-popover.tsx';
