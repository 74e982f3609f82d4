import { randomBytes } from 'node:crypto';
import type {
  CallSubject,
  CanaryCaller,
  Fleet,
  FleetStatus,
  NoKeys,
} from '@tollkeeper/gateway-core';
import {
  createKeyIndex,
  createSecret,
  hashSecret,
  type KeyFacts,
  type KeyIndex,
  putOwner,
  putPolicy,
  putSecret,
  scopeSet,
} from '@tollkeeper/verify';

export const ORGANIZATION_ID = 'org_1';
export const WORKSPACE_ID = 'ws_00000000000000000001';
const MEMBER_ID = 'mem_00000000000000000001';

export interface Counted {
  readonly keyId: string;
  readonly accepted: boolean;
  /** Whether it was in the spool when last asked. */
  settled: boolean;
}

/** For tests: a place in the fleet that needs no control plane, over a real index. */
export interface TestFleet extends Fleet {
  readonly index: KeyIndex;
  readonly counted: Counted[];
  readonly canaries: { readonly keyId: string; readonly caller: CanaryCaller }[];
  /** Why nothing may pass; undefined decides by the index. */
  noKeys: NoKeys | undefined;
  /** What `flush` throws. */
  fault: Error | undefined;
  isDraining: boolean;
  /** Last argument of `report`. */
  reported: string | null;
  /** A new key of the one member there is, and its secret. */
  addKey(facts?: Partial<KeyFacts>): string;
}

export function createTestFleet(): TestFleet {
  const index = createKeyIndex();
  const counted: Counted[] = [];
  const organizationId = ORGANIZATION_ID;
  const gateway = { name: 'edge-1', labels: { region: 'eu' } };
  putPolicy(index, { ...PERMIT_ALL, policyId: 'pol_1', organizationId, workspaceId: null });
  putOwner(index, {
    memberId: MEMBER_ID,
    organizationId,
    active: true,
    scopes: scopeSet(['apis.call', 'policies.read', 'policies.create', 'usage.read']),
    roleId: 'role_developer',
  });
  const fleet: TestFleet = {
    index,
    counted,
    canaries: [],
    noKeys: undefined,
    fault: undefined,
    isDraining: false,
    reported: null,
    addKey(facts = {}) {
      const secret = createSecret('tk_live_', randomBytes);
      putSecret(index, hashSecret(secret), { ...exampleKey, ...facts });
      return secret;
    },
    keys: () => fleet.noKeys ?? { index, organizationId, workspaceId: WORKSPACE_ID, gateway },
    count({ keyId }: CallSubject, accepted) {
      counted.push({ keyId, accepted, settled: false });
    },
    countCanary(keyId, caller) {
      fleet.canaries.push({ keyId, caller });
    },
    flush() {
      if (fleet.fault) throw fleet.fault;
      for (const each of counted) each.settled = true;
    },
    status: (): FleetStatus => ({
      gatewayId: 'gw_00000000000000000001',
      name: 'test',
      labels: {},
      draining: fleet.isDraining,
      connected: true,
      version: fleet.noKeys === 'no_snapshot' ? null : 7,
      ageMs: 1500,
      staleMaxMs: null,
      spooledCalls: counted.length,
      fault: fleet.reported,
      witness: { size: 12, alarm: null },
    }),
    report(fault) {
      fleet.reported = fault;
    },
    watchUpstreams: () => undefined,
    close: async () => undefined,
  };
  return fleet;
}

/** The policy that every workspace begins with. */
const PERMIT_ALL = {
  mode: 'enforce',
  statements: [
    {
      effect: 'permit',
      principal: { op: 'All' },
      action: { op: 'All' },
      resource: { op: 'All' },
      conditions: [],
    },
  ],
} as const;

const exampleKey: KeyFacts = {
  keyId: 'key_00000000000000000001',
  name: 'ci-pipeline',
  organizationId: ORGANIZATION_ID,
  workspaceId: null,
  ownerId: MEMBER_ID,
  status: 'active',
  expiresAtMs: null,
  scopes: scopeSet(['apis.call', 'policies.read']),
  allowedIps: [],
  tags: [],
  profile: 'custom',
  createdAtMs: 1_700_000_000_000,
  retiresAtMs: null,
};
