import { hash } from 'node:crypto';
import { INVITATION_DAYS } from '@tollkeeper/contract';
import type {
  chatDestination,
  gateway,
  invitation,
  joinKey,
  logStream,
  member,
  reviewCampaign,
  webhookEndpoint,
} from '../db/schema/index.ts';
import type { Facts } from './audit.ts';

/** What the audit log tells of a join key. */
export function joinKeyFacts(row: Omit<typeof joinKey.$inferSelect, 'hash'>): Facts {
  return {
    name: row.name,
    prefix: row.prefix,
    workspaceId: row.workspaceId,
    memberId: row.memberId,
    createdByKeyId: row.createdByKeyId,
    labels: row.labels,
    usesMax: row.usesMax,
    usesCount: row.usesCount,
    expiresAt: row.expiresAt.toISOString(),
  };
}

type InvitationFacts = Pick<
  typeof invitation.$inferSelect,
  'email' | 'roleId' | 'invitedBy' | 'createdByKeyId' | 'expiresAt'
>;

/** What the audit log tells of an invitation. */
export function invitationFacts(row: InvitationFacts): Facts {
  const { email, roleId, invitedBy, createdByKeyId } = row;
  return { email, roleId, invitedBy, createdByKeyId, expiresAt: row.expiresAt.toISOString() };
}

type MemberFacts = Pick<typeof member.$inferSelect, 'roleId' | 'status'>;

/** What the audit log records of a member: their role and status, not who they are. */
export function memberFacts({ roleId, status }: MemberFacts): Facts {
  return { roleId, status };
}

type GatewayFacts = Pick<
  typeof gateway.$inferSelect,
  'name' | 'workspaceId' | 'labels' | 'draining' | 'joinKeyId'
>;

/** What the audit log records of a gateway: what people decide about it. */
export function gatewayFacts(row: GatewayFacts): Facts {
  const { name, workspaceId, labels, draining, joinKeyId } = row;
  return { name, workspaceId, labels, draining, joinKeyId };
}

type WebhookEndpointFacts = Pick<
  typeof webhookEndpoint.$inferSelect,
  'url' | 'name' | 'eventTypes' | 'isOrdered'
>;

/**
 * Of an endpoint, as its events record it. Path and query of a URL can be a secret by themselves, and more people
 * read the log than manage webhooks: it has a digest of them.
 */
export function webhookEndpointFacts(row: WebhookEndpointFacts): Facts {
  const { url, name, eventTypes, isOrdered } = row;
  const urlSha256 = hash('sha256', url, 'hex');
  return { url: new URL(url).origin, urlSha256, name, eventTypes, isOrdered };
}

/** Of a log stream, as its events record it: of its secret, that it has one, and of its URL as of an endpoint's. */
export function logStreamFacts(row: typeof logStream.$inferSelect): Facts {
  const { name, destination, format, url, site, index, tags, bucket, region, prefix } = row;
  const { accessKeyId, header, secret } = row;
  return {
    ...{
      name,
      destination,
      format,
      site,
      index,
      tags,
      bucket,
      region,
      prefix,
      accessKeyId,
      header,
    },
    url: url === null ? null : new URL(url).origin,
    urlSha256: url === null ? null : hash('sha256', url, 'hex'),
    // Another one has another digest, as it is encrypted anew, and so is a change that the log records.
    secretSha256: secret === null ? null : hash('sha256', secret, 'hex'),
  };
}

/** Of a chat destination, as its events record it: of its URL, which is a secret, the host and a digest. */
export function chatDestinationFacts(row: typeof chatDestination.$inferSelect): Facts {
  const { name, service, host, kinds, url } = row;
  return { name, service, host, kinds, urlSha256: hash('sha256', url, 'hex') };
}

type ReviewCampaignFacts = Pick<
  typeof reviewCampaign.$inferSelect,
  'name' | 'status' | 'workspaceId' | 'disablesUnconfirmed' | 'reviewerId' | 'keysCount' | 'endsAt'
>;

/** What the audit log records of a review campaign. */
export function campaignFacts(row: ReviewCampaignFacts): Facts {
  const { name, status, workspaceId, disablesUnconfirmed, reviewerId, keysCount } = row;
  return {
    ...{ name, status, workspaceId, disablesUnconfirmed, reviewerId, keysCount },
    endsAt: row.endsAt.toISOString(),
  };
}

const LIFETIME_MS = INVITATION_DAYS * 86_400_000;

/** When an invitation ends that is sent now. */
export function invitationEnd(now: Date): Date {
  return new Date(now.getTime() + LIFETIME_MS);
}

/** When an invitation was last sent: sending it again begins its time anew. */
export function invitationSentAt({ expiresAt }: { readonly expiresAt: Date }): Date {
  return new Date(expiresAt.getTime() - LIFETIME_MS);
}
