import type { ApiKey, Gateway, Member } from '@tollkeeper/contract';

export const SECRET = `tk_live_${'a1b2'.padEnd(38, '0')}`;

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: unknown;
}

type Answer = Response | object;

/**
 * A fetch that answers by method and path, such as `GET /v1/whoami`, and remembers what it saw.
 * An array is answered one by one; an Error breaks the connection.
 */
export function createApi(answers: Record<string, Answer | readonly (Answer | Error)[]>) {
  const seen: Seen[] = [];
  const left = new Map(
    Object.entries(answers).map(([name, answer]) => [
      name,
      Array.isArray(answer) ? [...answer] : answer,
    ]),
  );
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, searchParams } = new URL(request.url);
    const text = await request.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const { method, headers } = request;
    seen.push({ method, path: pathname, query: searchParams, headers, body });
    const found = left.get(`${method} ${pathname}`);
    const answer = Array.isArray(found) ? found.shift() : found;
    if (answer instanceof Error) throw answer;
    if (answer instanceof Response) return answer.clone();
    return answer ? Response.json(answer) : new Response('no such page', { status: 404 });
  };
  return { fetch, seen };
}

export function createKey(number: number, more: Partial<ApiKey> = {}): ApiKey {
  return {
    id: `key_${String(number).padStart(20, '0')}`,
    name: `ci-${number}`,
    prefix: `tk_live_${String(number).padStart(4, '0')}`,
    canary: false,
    status: 'active',
    state: 'active',
    profile: 'custom',
    scopes: ['api_keys.read'],
    workspaceId: null,
    createdBy: { memberId: `mem_${'0'.repeat(20)}`, name: 'Ada', email: 'ada@example.com' },
    createdByKey: null,
    createdAt: '2026-11-23T07:57:00.000Z',
    expiresAt: null,
    lastUsedAt: null,
    disablesAt: null,
    allowedIps: [],
    tags: [],
    disabledBy: null,
    disabledAt: null,
    revokedAt: null,
    revokeReason: null,
    previousSecretExpiresAt: null,
    etag: `etag-${number}`,
    ...more,
  };
}

export function createMember(number: number, more: Partial<Member> = {}): Member {
  return {
    id: `mem_${String(number).padStart(20, '0')}`,
    name: `Member ${number}`,
    email: `member-${number}@example.com`,
    emailVerified: true,
    roleId: 'role_developer',
    roleName: 'Developer',
    status: 'active',
    lastSeenAt: null,
    keysCount: 0,
    createdAt: '2026-11-23T07:57:00.000Z',
    etag: `etag-${number}`,
    ...more,
  };
}

export const IDENTITY = {
  organization: { id: 'org_1', name: 'Acme', slug: 'acme', plan: 'free' },
  member: {
    id: `mem_${'0'.repeat(20)}`,
    name: 'Ada',
    email: 'ada@example.com',
    roleId: 'role_owner',
    roleName: 'Owner',
  },
  key: null,
  session: {
    factors: ['password'],
    authenticatedAt: '2026-11-23T07:57:00.000Z',
    expiresAt: '2026-11-30T07:57:00.000Z',
  },
  workspaceId: null,
  scopes: ['api_keys.read'],
  organizations: [{ id: 'org_1', name: 'Acme' }],
};

export function createGateway(number: number, more: Partial<Gateway> = {}): Gateway {
  return {
    id: `gw_${String(number).padStart(20, '0')}`,
    name: `edge-${number}`,
    workspaceId: `ws_${'0'.repeat(20)}`,
    labels: { region: 'eu-1' },
    joinKeyId: `jk_${'0'.repeat(20)}`,
    state: 'connected',
    draining: false,
    appliedVersion: 7,
    currentVersion: 7,
    staleMaxMs: null,
    softwareVersion: '0.1.0',
    createdAt: '2026-11-23T07:57:00.000Z',
    lastSeenAt: '2026-11-23T08:00:00.000Z',
    callsPerMinute: 1042,
    cpuPercent: 3.25,
    memoryBytes: 94_371_840,
    spooledCalls: 0,
    fault: null,
    upstreams: [],
    instances: [
      { address: '192.0.2.1', hostname: 'host-a', connectedAt: '2026-11-23T07:58:00.000Z' },
    ],
    identityConflict: false,
    witness: { key: null, size: null, cosignedAt: null, alarm: null },
    etag: `etag-${number}`,
    ...more,
  };
}
