import type { RouteOutput, Routes } from '@tollkeeper/contract';

/** What the form offers: scopes with whether the member holds them, and what each profile gives. */
export type ScopeCatalog = RouteOutput<Routes['listScopes']>;
