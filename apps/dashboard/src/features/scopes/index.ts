/** Scopes: the catalog as the member sees it, by resource, and the picker that chooses from it. */
export { FinalScopesWarning } from './scope-picker.tsx';
export { type ScopeCatalog, scopeCatalogQuery } from './queries.ts';
export { groupScopes } from './scope-groups.ts';
export { ScopePicker } from './scope-picker.tsx';
export { ScopesPopover } from './scopes-popover.tsx';
