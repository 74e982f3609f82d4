/** Scopes: the catalog as the member sees it, by resource, and the picker that chooses from it. */

export {
  groupScopes,
  type NamedScope,
  type ScopeCatalog,
  scopeCatalogQuery,
  useGroupedScopes,
} from './scope-catalog.ts';
export { FinalScopesWarning, ScopePicker } from './scope-picker.tsx';
export { ScopesPopover } from './scopes-popover.tsx';
