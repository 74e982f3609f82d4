import { expect, it } from 'vitest';
import { ENDED_MAX, takePart } from './ended-part.ts';
import type { Created } from './find-created.ts';

const things = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `${at}`, root: 'key_root' }));

const created = (counts: Partial<Record<keyof Created, number>>) =>
  ({
    keys: things(counts.keys ?? 0),
    members: things(counts.members ?? 0),
    joinKeys: things(counts.joinKeys ?? 0),
    invitations: things(counts.invitations ?? 0),
    gateways: things(counts.gateways ?? 0),
    webhookEndpoints: things(counts.webhookEndpoints ?? 0),
    logStreams: things(counts.logStreams ?? 0),
    chatDestinations: things(counts.chatDestinations ?? 0),
    reviewCampaigns: things(counts.reviewCampaigns ?? 0),
    membersLeft: [],
    gatewaysLeft: [],
    webhookEndpointsLeft: [],
    logStreamsLeft: [],
    chatDestinationsLeft: [],
    editedKeys: [],
    changedMembers: [],
    changedRoles: [],
    changedPolicies: [],
    changedWebhookEndpoints: [],
    changedLogStreams: [],
    changedChatDestinations: [],
    changedSettings: [],
  }) as unknown as Created;

const sizes = (part: Created | undefined) =>
  part && [
    part.members.length,
    part.keys.length,
    part.webhookEndpoints.length,
    part.logStreams.length,
    part.chatDestinations.length,
    part.reviewCampaigns.length,
    part.invitations.length,
    part.joinKeys.length,
    part.gateways.length,
  ];

it('ends people and keys, who could do more, before what they left behind', () => {
  const counts = {
    ...{ joinKeys: ENDED_MAX, gateways: 3, invitations: 2, webhookEndpoints: 1, logStreams: 4 },
    ...{ keys: ENDED_MAX, members: 1, reviewCampaigns: 1, chatDestinations: 5 },
  };
  const first = takePart(created(counts));
  expect(sizes(first.part)).toEqual([1, ENDED_MAX - 1, 0, 0, 0, 0, 0, 0, 0]);
  expect(sizes(first.rest)).toEqual([0, 1, 1, 4, 5, 1, 2, ENDED_MAX, 3]);
  const second = takePart(first.rest ?? created({}));
  expect(sizes(second.part)).toEqual([0, 1, 1, 4, 5, 1, 2, ENDED_MAX - 14, 0]);
  expect(sizes(takePart(second.rest ?? created({})).rest)).toBeUndefined();
});
