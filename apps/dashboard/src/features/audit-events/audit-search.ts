import {
  AUDIT_ACTION_FILTER,
  AUDIT_ACTOR_ID,
  AUDIT_TARGET_TYPES,
  type AuditTargetType,
  IP_ADDRESS,
  VISIBLE_LINE,
} from '@tollkeeper/contract';

/** Time spans that end now, by what the address calls them. */
export const SPANS = { '1h': 1, '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;
export type Span = keyof typeof SPANS;

/** What the address of the audit log says. Absent means no filter. */
export interface AuditSearch {
  readonly search?: string;
  /** A member, an API key or a join key. */
  readonly actor?: string;
  readonly action?: string;
  readonly type?: AuditTargetType;
  readonly target?: string;
  /** Until now. With it there is no `from` and no `to`. */
  readonly span?: Span;
  readonly from?: string;
  readonly to?: string;
  readonly ip?: string;
  readonly request?: string;
  readonly cursor?: string;
}

/** Keeps what the server would understand: an address may be old, cut or mistyped. */
export function parseAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const text = (name: string) => (typeof raw[name] === 'string' ? raw[name] : '');
  const kept = (name: keyof AuditSearch, fits: boolean) => (fits ? { [name]: text(name) } : {});
  const type = AUDIT_TARGET_TYPES.find((each) => each === raw.type);
  const span = Object.hasOwn(SPANS, text('span')) ? (text('span') as Span) : undefined;
  return {
    ...kept('search', isLine(text('search'))),
    ...kept('actor', AUDIT_ACTOR_ID.test(text('actor'))),
    ...kept('action', AUDIT_ACTION_FILTER.test(text('action')) && text('action').length <= 64),
    ...(type ? { type } : {}),
    ...kept('target', isLine(text('target'))),
    ...(span ? { span } : {}),
    ...kept('from', !span && isTime(text('from'))),
    ...kept('to', !span && isTime(text('to'))),
    ...kept('ip', text('ip').length <= 45 && IP_ADDRESS.test(text('ip'))),
    ...kept('request', isLine(text('request'))),
    ...kept('cursor', /^[\w-]{1,512}$/.test(text('cursor'))),
  };
}

type Change = { readonly [K in keyof AuditSearch]?: string };

/** The search with another filter, from the first page again; '' takes a filter away. */
export function refineAuditSearch(
  { cursor: _page, ...search }: AuditSearch,
  change: Change,
): AuditSearch {
  return parseAuditSearch({ ...search, ...change });
}

export function isAuditFiltered({ cursor: _page, ...filters }: AuditSearch): boolean {
  return Object.keys(filters).length > 0;
}

/**
 * The filters in the API's words.
 * @param now when the span ends, in milliseconds since 1970
 */
export function auditFilters(search: AuditSearch, now: number) {
  const { actor, type, target, span, request, cursor: _page, ...same } = search;
  return {
    ...same,
    ...(actor ? { actorId: actor } : {}),
    ...(type ? { targetType: type } : {}),
    ...(target ? { targetId: target } : {}),
    ...(request ? { requestId: request } : {}),
    ...(span ? { from: new Date(now - SPANS[span] * HOUR_MS).toISOString() } : {}),
  };
}

const HOUR_MS = 3_600_000;

function isLine(text: string): boolean {
  return text.length <= 64 && VISIBLE_LINE.test(text);
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)) && text.endsWith('Z');
}
