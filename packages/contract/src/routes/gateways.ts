import { z } from 'zod';
import { edit, etag } from '../edit.ts';
import { gatewayWitness } from '../gateway-witness.ts';
import { apiKeyId, gatewayId, joinKeyId, workspaceId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instant, labels, publicKey, visibleLine } from '../text.ts';

const tag = 'Gateways';
const params = z.strictObject({ id: gatewayId });

/**
 * `behind` is connected but has not applied the newest version; `never_seen` joined but has never
 * connected.
 */
export const GATEWAY_STATES = ['connected', 'behind', 'unreachable', 'never_seen'] as const;
export type GatewayState = (typeof GATEWAY_STATES)[number];

/**
 * `ejected` failed too many requests and receives none for a while; `down` failed its last health
 * check.
 */
export const UPSTREAM_STATES = ['up', 'ejected', 'down'] as const;
export type UpstreamState = (typeof UPSTREAM_STATES)[number];

const gateway = z
  .strictObject({
    id: gatewayId,
    name: z.string(),
    workspaceId,
    labels,
    state: z.enum(GATEWAY_STATES),
    draining: z.boolean().meta({
      description:
        'Whether it reports that it is not ready, so that load balancers use other gateways',
    }),
    appliedVersion: z
      .int()
      .nullable()
      .meta({ description: 'Version that the gateway decides with' }),
    currentVersion: z.int().meta({ description: 'Newest version of its workspace' }),
    staleMaxMs: z.int().nullable().meta({
      description:
        'How long it keeps serving without contact to the control plane; null for no limit',
    }),
    softwareVersion: z.string().nullable(),
    joinKeyId: joinKeyId.meta({
      description: 'Join key that admitted the gateway; it may have been deleted since',
    }),
    createdAt: instant.meta({ description: 'When it joined' }),
    lastSeenAt: instant.nullable(),
    callsPerMinute: z.int().nullable().meta({ description: 'Null while it is not connected' }),
    cpuPercent: z.number().nullable().meta({ description: 'Percent of one core' }),
    memoryBytes: z.int().nullable().meta({ description: 'Resident memory in bytes' }),
    spooledCalls: z
      .int()
      .nullable()
      .meta({ description: 'Calls that the gateway has counted but not reported yet' }),
    fault: z
      .string()
      .nullable()
      .meta({ description: 'Error that the gateway reports; null when there is none' }),
    upstreams: z.array(z.strictObject({ url: z.string(), state: z.enum(UPSTREAM_STATES) })).meta({
      description:
        'Upstreams of routes that have several, as the gateway last reported them; empty while it is not connected',
    }),
    instances: z
      .array(
        z.strictObject({
          address: z.string(),
          hostname: z.string(),
          connectedAt: instant,
        }),
      )
      .meta({ description: 'Processes that are connected; two at once share one identity' }),
    identityConflict: z.boolean().meta({
      description: 'Whether its identity is used from two places at once; see instances',
    }),
    witness: gatewayWitness,
    etag,
  })
  .meta({ id: 'Gateway' });
export type Gateway = z.output<typeof gateway>;

export const listGateways = defineRoute({
  method: 'GET',
  path: '/v1/gateways',
  access: 'fleet.read',
  summary: 'List gateways',
  tag,
  query: z.strictObject({ ...listQuery, workspaceId: workspaceId.optional() }),
  status: 200,
  response: listOf(gateway),
  errors: [],
});

export const getGateway = defineRoute({
  method: 'GET',
  path: '/v1/gateways/{id}',
  access: 'fleet.read',
  summary: 'Read a gateway',
  tag,
  params,
  status: 200,
  response: gateway,
  errors: ['not_found'],
});

export const updateGateway = defineRoute({
  method: 'PATCH',
  path: '/v1/gateways/{id}',
  access: 'fleet.manage',
  summary: 'Rename, relabel, or drain a gateway',
  tag,
  params,
  body: edit({
    name: visibleLine(64).optional(),
    labels: labels.optional(),
    draining: z.boolean().optional(),
  }),
  status: 200,
  response: gateway,
  errors: ['not_found', 'edit_conflict'],
});

export const deleteGateway = defineRoute({
  method: 'DELETE',
  path: '/v1/gateways/{id}',
  access: 'fleet.manage',
  summary: 'Remove a gateway; it is disconnected at once and deletes its keys',
  tag,
  params,
  status: 204,
  errors: ['not_found'],
});

const joinedGateway = z
  .strictObject({
    gatewayId,
    organizationId: z.string(),
    workspaceId,
    controlPlaneKey: publicKey.meta({
      description:
        'Public key of the control plane; the gateway rejects messages that it did not sign',
    }),
  })
  .meta({ id: 'JoinedGateway' });
export type JoinedGateway = z.output<typeof joinedGateway>;

/** Admitted by the join key. The same key pair again is the same gateway: an answer may get lost. */
export const joinGateway = defineRoute({
  method: 'POST',
  path: '/v1/gateways/join',
  access: 'public',
  summary: 'Join the fleet with a join key and a public key',
  tag,
  body: z.strictObject({
    joinKey: z.string().min(1).max(512),
    publicKey,
    name: visibleLine(64),
    softwareVersion: visibleLine(64),
  }),
  status: 201,
  response: joinedGateway,
  errors: ['join_key_invalid', 'cascade_undetermined'],
});

/** How far a change has come: of one thing, or the last of several. */
export const propagation = {
  changedAt: instant.nullable().meta({
    description: 'Last change of the thing itself; null when none is on record',
  }),
  gatewaysCount: z.int(),
  appliedCount: z.int(),
  slowestMs: z.int().nullable().meta({ description: 'Of those that have applied it' }),
  gateways: z
    .array(
      z.strictObject({
        gatewayId,
        name: z.string(),
        workspaceId,
        state: z.enum(GATEWAY_STATES),
        applied: z.boolean(),
        appliedAt: instant.nullable(),
        tookMs: z.int().nullable().meta({
          description:
            'Milliseconds since the change; null while the gateway is behind, and where it joined later',
        }),
        staleMaxMs: z.int().nullable(),
      }),
    )
    .meta({ description: 'Empty for callers without fleet.read, who only receive the counts' }),
};

const keyPropagation = z
  .strictObject({ keyId: apiKeyId, ...propagation })
  .meta({ id: 'KeyPropagation' });
export type KeyPropagation = z.output<typeof keyPropagation>;

const keysPropagation = z
  .strictObject({ keysCount: z.int(), ...propagation })
  .meta({ id: 'KeysPropagation' });
export type KeysPropagation = z.output<typeof keysPropagation>;

export const KEYS_PROPAGATION_MAX = 100;

export const getKeyPropagation = defineRoute({
  method: 'GET',
  path: '/v1/api-keys/{id}/propagation',
  access: 'api_keys.read',
  summary: 'Read which gateways have applied the last change of a key, also of a deleted one',
  tag,
  params: z.strictObject({ id: apiKeyId }),
  status: 200,
  response: keyPropagation,
  errors: ['not_found'],
});

/** A POST, since so many ids are too long for an address. Changes nothing. */
export const getKeysPropagation = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/propagation',
  access: 'api_keys.read',
  summary: 'Read which gateways have applied the last changes of several keys, all of them',
  changesNothing: true,
  tag,
  body: z.strictObject({ ids: z.array(apiKeyId).min(1).max(KEYS_PROPAGATION_MAX) }),
  status: 200,
  response: keysPropagation,
  errors: ['not_found'],
});
