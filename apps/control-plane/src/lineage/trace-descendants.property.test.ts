import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Admission, Link } from './links.ts';
import { traceDescendants } from './trace-descendants.ts';

const RUNS = process.env.LONG ? 20_000 : 2000;
/** Few, so that the same ones leave and come back. */
const MEMBERS = 2;
const MINUTE = 60_000;

/** Numbers choose among what there is at that time. */
const action = fc.record({
  kind: fc.constantFrom('create', 'rotate', 'invite', 'accept', 'remove', 'hand over', 'ring'),
  bySession: fc.boolean(),
  actor: fc.nat(),
  target: fc.nat(),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

interface Key {
  readonly id: string;
  owner: string;
  ownedSince: number;
  revokedAt: number | null;
  fallen: boolean;
}

/**
 * Keeps for each key and member whether they fell to the root by now: whatever somebody does who fell
 * makes another one fall, and an admission decides anew of a member.
 */
class World {
  readonly links: Link[] = [];
  readonly admissions: Admission[] = [];
  readonly keys: Key[] = [];
  readonly everFallen = new Set<string>(['K']);
  readonly members = new Map<string, { isPresent: boolean; fallen: boolean }>();
  readonly invitations: { inviters: string[]; at: number; fallen: boolean }[] = [];
  readonly stays: ReadonlySet<string>;
  now = 0;

  constructor(stays: ReadonlySet<string>) {
    this.stays = stays;
    this.members.set('owner', { isPresent: true, fallen: false });
    this.addKey('K', 'owner', 0, true);
  }

  addKey(id: string, owner: string, at: number, fallen: boolean) {
    this.keys.push({ id, owner, ownedSince: at, revokedAt: null, fallen });
    if (fallen) this.everFallen.add(id);
  }

  tick() {
    this.now += 1;
    return this.now;
  }

  /** The two members remove and invite each other in turns, the last one perhaps in vain. */
  ring(rounds: number) {
    for (let round = 0; round < rounds; round += 1) {
      const [inviter, invitee] = [`m${round % 2}`, `m${(round + 1) % 2}`];
      const by = this.members.get(inviter);
      if (!by?.isPresent) return;
      const at = this.tick();
      this.invitations.unshift({ inviters: [inviter], at, fallen: by.fallen });
      if (this.members.get(invitee)?.isPresent) this.leave(invitee, 'remove', inviter, this.tick());
      this.accept((round + 1) % 2, this.tick());
    }
  }

  run({ kind, bySession, actor, target }: Action) {
    const at = this.tick();
    if (kind === 'ring') return this.ring(target % 6);
    const present = [...this.members].filter(([, { isPresent }]) => isPresent).map(([id]) => id);
    const usable = this.keys.filter(({ revokedAt }) => revokedAt === null);
    const memberId = present[actor % present.length] ?? 'owner';
    const key = usable[actor % Math.max(usable.length, 1)];
    const byKey = bySession ? undefined : key;
    const owner = byKey?.owner ?? memberId;
    const fallen = byKey ? byKey.fallen : (this.members.get(memberId)?.fallen ?? false);
    if (kind === 'create') {
      const id = `k${at}`;
      // A key belongs to the owner of the key that creates it.
      this.addKey(id, owner, at, fallen || (this.members.get(owner)?.fallen ?? false));
      if (byKey) this.links.push(once(byKey.id, id, at));
    }
    const other = usable[target % Math.max(usable.length, 1)];
    if (kind === 'rotate' && other) {
      const actorId = byKey?.id ?? memberId;
      if (actorId !== other.id) this.links.push(once(actorId, other.id, at));
      this.fall(other, fallen);
    }
    if (kind === 'invite') {
      const inviters = byKey ? [byKey.id, owner] : [owner];
      const byFallen = fallen || (this.members.get(owner)?.fallen ?? false);
      this.invitations.push({ inviters, at, fallen: byFallen });
    }
    if (kind === 'accept') this.accept(target, at);
    const leaving = present[target % present.length] ?? 'owner';
    if (kind === 'remove' || kind === 'hand over') this.leave(leaving, kind, memberId, at);
  }

  accept(target: number, at: number) {
    const invitation = this.invitations.shift();
    const id = `m${target % MEMBERS}`;
    if (!invitation || this.members.get(id)?.isPresent) return;
    const { inviters, at: invitedAt } = invitation;
    this.admissions.push({ inviters, memberId: id, invitedAt, admittedAt: at * MINUTE });
    const fallen = invitation.fallen && !this.stays.has(id);
    this.members.set(id, { isPresent: true, fallen });
    if (fallen) this.everFallen.add(id);
  }

  leave(id: string, kind: 'remove' | 'hand over', heir: string, at: number) {
    if (id === 'owner' || (kind === 'hand over' && heir === id)) return;
    for (const key of this.keys.filter((each) => each.owner === id && each.revokedAt === null)) {
      if (kind === 'remove') {
        key.revokedAt = at;
        continue;
      }
      this.links.push({ creator: id, id: key.id, ...times(key.ownedSince, at) });
      key.owner = heir;
      key.ownedSince = at;
      this.fall(key, this.members.get(heir)?.fallen ?? false);
    }
    this.members.set(id, { isPresent: false, fallen: this.members.get(id)?.fallen ?? false });
  }

  fall(key: Key, fallen: boolean) {
    if (!fallen) return;
    key.fallen = true;
    this.everFallen.add(key.id);
  }

  lineage() {
    const owned = this.keys.map(({ id, owner, ownedSince, revokedAt }) => ({
      creator: owner,
      id,
      ...times(ownedSince, revokedAt ?? Number.POSITIVE_INFINITY),
    }));
    const memberIds = [...this.members.keys()];
    return {
      links: [...this.links, ...owned],
      admissions: this.admissions.map((each) => ({ ...each, invitedAt: each.invitedAt * MINUTE })),
      removable: new Set(memberIds.filter((id) => id !== 'owner' && !this.stays.has(id))),
    };
  }
}

function times(first: number, last: number) {
  return { firstAt: first * MINUTE, lastAt: last * MINUTE };
}

function once(creator: string, id: string, at: number): Link {
  return { creator, id, ...times(at, at) };
}

it('finds what somebody who watches from the beginning would have noted', () => {
  const stays = fc.uniqueArray(fc.constantFrom('m0', 'm1'), { maxLength: 1 });
  fc.assert(
    fc.property(
      fc.array(action, { minLength: 20, maxLength: 80, size: 'max' }),
      stays,
      (actions, kept) => {
        const world = new World(new Set(kept));
        for (const each of actions) world.run(each);
        const { ids, members } = traceDescendants(world.lineage(), ['K']);
        expect([...ids].sort()).toEqual([...world.everFallen].sort());
        const fallen = [...world.members].filter(([, each]) => each.fallen).map(([id]) => id);
        expect([...members.keys()].sort()).toEqual(fallen.sort());
      },
    ),
    { numRuns: RUNS },
  );
});
