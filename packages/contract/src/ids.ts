import { z } from 'zod';

/** Prefix of each kind of id; an id is the prefix and 20 base62 characters (119 random bits). */
export const ID_PREFIXES = {
  organization: 'org',
  member: 'mem',
  role: 'role',
  workspace: 'ws',
  apiKey: 'key',
  auditEvent: 'evt',
  invitation: 'inv',
  gateway: 'gw',
  joinKey: 'jk',
  policy: 'pol',
  webhookEndpoint: 'whe',
  leak: 'leak',
  complianceReport: 'rep',
  notification: 'ntf',
  reviewCampaign: 'rvc',
  logStream: 'lst',
  chatDestination: 'chd',
} as const;
export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 20;

/**
 * A new id of the kind.
 * @param randomBytes a source of that many random bytes; must be cryptographic
 */
export function createId(kind: IdKind, randomBytes: (count: number) => Uint8Array): string {
  let text = '';
  while (text.length < LENGTH) {
    for (const byte of randomBytes(32)) {
      // 248 is the largest multiple of 62 in a byte: taking more would favour some characters.
      if (byte < 248 && text.length < LENGTH) text += ALPHABET[byte % 62];
    }
  }
  return `${ID_PREFIXES[kind]}_${text}`;
}

const patterns = new Map<string, string>();

/** What the pattern of each kind of id asks for, in words, by its source. */
export const ID_RULES: ReadonlyMap<string, string> = patterns;

function id(kind: IdKind) {
  return idLike(`${ID_PREFIXES[kind]}_…`, new RegExp(`^${ID_PREFIXES[kind]}_[0-9A-Za-z]{20}$`));
}

function idLike(form: string, pattern: RegExp) {
  const rule = `must be an id of the form ${form}`;
  patterns.set(pattern.source, rule);
  return z.string().regex(pattern, rule);
}

export const apiKeyId = id('apiKey').meta({ examples: ['key_7dQx0mJ2vK4tR9sZ1aBc'] });
export const workspaceId = id('workspace').meta({ examples: ['ws_7dQx0mJ2vK4tR9sZ1aBc'] });
export const memberId = id('member').meta({ examples: ['mem_7dQx0mJ2vK4tR9sZ1aBc'] });
export const invitationId = id('invitation').meta({ examples: ['inv_7dQx0mJ2vK4tR9sZ1aBc'] });
export const gatewayId = id('gateway').meta({ examples: ['gw_7dQx0mJ2vK4tR9sZ1aBc'] });
export const joinKeyId = id('joinKey').meta({ examples: ['jk_7dQx0mJ2vK4tR9sZ1aBc'] });
export const auditEventId = id('auditEvent').meta({ examples: ['evt_7dQx0mJ2vK4tR9sZ1aBc'] });
export const webhookEndpointId = id('webhookEndpoint').meta({
  examples: ['whe_7dQx0mJ2vK4tR9sZ1aBc'],
});
export const complianceReportId = id('complianceReport').meta({
  examples: ['rep_7dQx0mJ2vK4tR9sZ1aBc'],
});
export const notificationId = id('notification').meta({ examples: ['ntf_7dQx0mJ2vK4tR9sZ1aBc'] });
export const reviewCampaignId = id('reviewCampaign').meta({
  examples: ['rvc_7dQx0mJ2vK4tR9sZ1aBc'],
});
export const logStreamId = id('logStream').meta({ examples: ['lst_7dQx0mJ2vK4tR9sZ1aBc'] });
export const chatDestinationId = id('chatDestination').meta({
  examples: ['chd_7dQx0mJ2vK4tR9sZ1aBc'],
});
export const leakId = id('leak').meta({ examples: ['leak_7dQx0mJ2vK4tR9sZ1aBc'] });
export const policyId = id('policy').meta({ examples: ['pol_7dQx0mJ2vK4tR9sZ1aBc'] });
/** Ids of members in a query: as many as proxies accept in an address. */
export const KEPT_MEMBERS_MAX = 300;
export const KEPT_MEMBERS = new RegExp(
  `^(?:all|mem_[0-9A-Za-z]{20}(?:,mem_[0-9A-Za-z]{20}){0,${KEPT_MEMBERS_MAX - 1}})$`,
);
export const KEPT_MEMBERS_RULE = `must be "all", or up to ${KEPT_MEMBERS_MAX} ids of members between commas`;
patterns.set(KEPT_MEMBERS.source, KEPT_MEMBERS_RULE);
/** A built-in role (`role_admin`) or a custom one. */
export const roleId = idLike('role_…', /^role_[0-9A-Za-z]{4,20}$/).meta({
  examples: ['role_developer'],
});
