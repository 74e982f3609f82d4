/** API keys: the list, creating one, one key's page, and what can be done to it. */
export { KeyPage } from './detail/key-detail-page.tsx';
export { type KeySearch, parseKeySearch } from './list/key-search.ts';
export { KeysPage } from './list/keys-page.tsx';
