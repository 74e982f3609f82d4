import type { Gateway } from '@tollkeeper/contract';

/** A healthy gateway, unless `fields` say otherwise. */
export function gatewayLike(part: Partial<Gateway>): Gateway {
  return {
    id: 'gw_1',
    name: 'edge-1',
    workspaceId: 'ws_1',
    labels: {},
    state: 'connected',
    draining: false,
    appliedVersion: 42,
    currentVersion: 42,
    staleMaxMs: null,
    softwareVersion: '0.1.0',
    joinKeyId: 'jk_1',
    createdAt: '2026-11-20T12:00:00.000Z',
    lastSeenAt: '2026-11-23T12:00:00.000Z',
    callsPerMinute: 12,
    cpuPercent: 3,
    memoryBytes: 88_000_000,
    spooledCalls: 0,
    fault: null,
    upstreams: [],
    instances: [],
    identityConflict: false,
    witness: { key: null, size: null, cosignedAt: null, alarm: null },
    etag: 'etag-1',
    ...part,
  };
}
