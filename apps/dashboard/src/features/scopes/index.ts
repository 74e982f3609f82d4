/** Scopes: the catalog as the member sees it, by resource, and the picker that chooses from it. */

export { groupScopes, type ScopeCatalog, scopeCatalogQuery } from './scope-catalog.ts';
export { FinalScopesWarning, ScopePicker } from './scope-picker.tsx';
export { ScopesPopover } from './scopes-popover.tsx';
