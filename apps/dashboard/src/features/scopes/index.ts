/** Scopes: the catalog as the member sees it, by resource, and the picker that chooses from it. */
export { FinalScopesWarning } from './final-scopes-warning.tsx';
export { type ScopeCatalog, scopeCatalogQuery } from './scope-catalog.ts';
export { groupScopes } from './scope-groups.ts';
export { ScopePicker } from './scope-picker.tsx';
export { ScopesPopover } from './scopes-popover.tsx';
