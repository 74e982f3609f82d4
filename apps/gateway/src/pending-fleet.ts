import type { Fleet } from '@tollkeeper/gateway-core';

/**
 * Used until the instance has joined the fleet, so that clients are refused rather than left without
 * an answer while the control plane cannot be reached.
 */
export function createPendingFleet(
  starting: Promise<Fleet>,
  name: string,
  staleMaxMs: number | null,
): Fleet {
  let fleet: Fleet | undefined;
  const ready = starting.then(
    (started) => {
      fleet = started;
    },
    // Its starter handles the failure.
    () => undefined,
  );
  const faults = new Map<string, string>();
  return {
    keys: () => fleet?.keys() ?? 'no_snapshot',
    count: (subject, accepted, atMs, call, ip) => fleet?.count(subject, accepted, atMs, call, ip),
    countCanary: (keyId, caller, atMs) => fleet?.countCanary(keyId, caller, atMs),
    flush: () => fleet?.flush(),
    status: () =>
      fleet?.status() ?? {
        ...{ gatewayId: null, name, labels: {}, draining: false, connected: false },
        ...{ version: null, ageMs: null, staleMaxMs, spooledCalls: 0, witness: null },
        fault: [...faults.values()].join(' ') || null,
      },
    report(fault, topic = 'instance') {
      if (fault === null) faults.delete(topic);
      else faults.set(topic, fault);
      void ready.then(() => fleet?.report(fault, topic));
    },
    watchUpstreams(read) {
      void ready.then(() => fleet?.watchUpstreams(read));
    },
    async close() {
      await ready;
      await fleet?.close();
    },
  };
}
