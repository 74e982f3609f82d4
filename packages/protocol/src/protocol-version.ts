/**
 * The version of everything in this folder. Each change of it adds a line here.
 *
 * 1: challenge, hello, gateway, snapshot, changes, usage, health.
 * 2: positions with marks and epochs tell a restored database; what proves freshness answers a nonce
 *    of the gateway (check, current); `gateway`, `history` and `removed` are bound to the connection.
 *    Frames that a gateway stored before are refused: it gets a whole snapshot.
 * 3: plain names: `revision` (mark), `lineage` (history), `latest` (seen), `confirmed` (current) and
 *    `usage-stored` (usage-taken). Each version from here on also talks to the one before it.
 *    Since then, and before any release: `health` can name `upstreams`; keys hold `apis.call`, which
 *    gateways require. Scopes go by name: a gateway from before does not know it, and ignores it.
 * 4: parts of format 2: policies, and of keys and owners what policies ask for; `reject` for a policy
 *    that a gateway cannot evaluate. A gateway names its version when it connects (PROTOCOL_HEADER),
 *    and is challenged in the older of both. To one of version 3 the control plane sends format 1,
 *    with owners without scopes while anything else applies than what no policy would refuse.
 *    Rows of `usage` name the kind of their calls, and `shadow` counts what policies in shadow mode
 *    would have refused. A gateway sends neither in version 3. `checkpoint` is answered with `witness`
 *    or `cosignature`, and an `ack` may be signed: none of it is sent in version 3.
 * 5: rows of `usage` say what their accepted calls needed of the scopes of the key: `needs`, and
 *    `scopeNeeds` of the batch. A gateway sends neither in version 4. `canaries` of a batch names uses of
 *    canary keys: one that does waits where version 4 is spoken. Canary keys come in no entry of their
 *    own: their secrets have retired (CANARY_RETIRED_MS), so that a gateway that does not know them knows
 *    no such key. Since then, and before any release: `networks` of a batch, which is not sent in version 4.
 */
export const PROTOCOL_VERSION = 5;
/** The oldest version that is spoken, on either side. */
export const PROTOCOL_VERSION_MIN = 3;

/** The first version with checkpoints of the transparency log, and signed acknowledgements. */
export const WITNESS_PROTOCOL = 4;

/** The first version in which gateways report what calls needed of the scopes of their keys. */
export const SCOPE_NEEDS_PROTOCOL = 5;

/** The first version with uses of canary keys. */
export const CANARY_PROTOCOL = 5;

/** Header of the upgrade in which a gateway names its version; those of version 3 do not. */
export const PROTOCOL_HEADER = 'x-tollkeeper-protocol';

/** Whether this build speaks the version. */
export function speaksProtocol(version: number): boolean {
  return version >= PROTOCOL_VERSION_MIN && version <= PROTOCOL_VERSION;
}

/** The version to speak with a gateway that named its own in the header. */
export function commonProtocol(named: string | undefined): number {
  const version = /^\d{1,4}$/.test(named ?? '') ? Number(named) : PROTOCOL_VERSION_MIN;
  return Math.min(PROTOCOL_VERSION, Math.max(PROTOCOL_VERSION_MIN, version));
}

/** Where gateways connect, below the control plane's address. */
export const FLEET_PATH = '/v1/fleet';

/** How often a gateway asks whether what it has is still current, in milliseconds. */
export const CONFIRM_MS = 5000;
/** Silent for so long, either end takes the connection for broken, in milliseconds. */
export const SILENCE_MS = 15_000;
/** The largest message to the control plane, in bytes; a hello may be much smaller. */
export const UPWARD_BYTES_MAX = 8 * 1024 * 1024;
export const HELLO_BYTES_MAX = 4096;
/** The largest message to a gateway, in bytes: snapshots come in parts. */
export const DOWNWARD_BYTES_MAX = 4 * 1024 * 1024;
