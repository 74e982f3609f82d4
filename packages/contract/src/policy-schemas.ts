import { z } from 'zod';
import { creatingKey, creatingMember } from './api-key-schemas.ts';
import { etag } from './edit.ts';
import { policyId, workspaceId } from './ids.ts';
import { cedarText, instant } from './text.ts';

export const POLICY_STATUSES = ['enabled', 'disabled'] as const;
export type PolicyStatus = (typeof POLICY_STATUSES)[number];

/** `shadow` is evaluated and counted, but never enforced. */
export const POLICY_MODES = ['enforce', 'shadow'] as const;
export type PolicyMode = (typeof POLICY_MODES)[number];

export const POLICY_TEXT_MAX = 20_000;
/** Of one workspace, and once more of the organization. */
export const POLICIES_MAX = 200;
/** Characters of all their texts together: every gateway of the place compiles them. */
export const POLICY_TEXTS_MAX = 200_000;
/** Of one policy: the latest. */
export const POLICY_VERSIONS_MAX = 1000;

export const policyText = cedarText(POLICY_TEXT_MAX).meta({
  description: 'One or more statements in Cedar',
  examples: ['permit (principal, action, resource);'],
});

/** The policy that every workspace begins with. */
export const DEFAULT_POLICY = {
  name: 'Allow keys with apis.call',
  description: 'Lets every active key with the scope apis.call call the APIs of the workspace.',
  text: 'permit (principal, action, resource);',
} as const;

export const policySummary = z
  .strictObject({
    id: policyId,
    workspaceId: workspaceId.nullable().meta({
      description: 'Workspace of the policy; null for one that applies in every workspace',
    }),
    name: z.string(),
    description: z.string(),
    status: z.enum(POLICY_STATUSES),
    mode: z.enum(POLICY_MODES).meta({
      description: 'A policy in shadow mode is evaluated and counted, but not enforced',
    }),
    version: z.int().meta({ description: 'Number of the current version of the text' }),
    createdBy: creatingMember.nullable().meta({
      description: 'Null for the policy that came with its workspace',
    }),
    createdByKey: creatingKey.nullable().meta({
      description: 'The API key that created it; null for one created in a session',
    }),
    createdAt: instant,
    updatedAt: instant,
    etag,
  })
  .meta({ id: 'PolicySummary' });
export type PolicySummary = z.output<typeof policySummary>;

export const policy = z
  .strictObject({ ...policySummary.shape, text: z.string() })
  .meta({ id: 'Policy' });
export type Policy = z.output<typeof policy>;

/** Lines and columns begin with 1; columns count UTF-16 code units, as editors do. */
export const policyFinding = z
  .strictObject({
    message: z.string(),
    line: z.int(),
    column: z.int().meta({ description: 'From 1, in UTF-16 code units, as editors count' }),
    endLine: z.int(),
    endColumn: z.int().meta({ description: 'Column after the last character' }),
  })
  .meta({ id: 'PolicyFinding' });
export type PolicyFinding = z.output<typeof policyFinding>;

export const policyWarnings = z
  .array(policyFinding)
  .meta({ description: 'What Cedar warns about' });
export const savedPolicy = z
  .strictObject({ ...policy.shape, warnings: policyWarnings })
  .meta({ id: 'SavedPolicy' });
export type SavedPolicy = z.output<typeof savedPolicy>;

/** What `@per` can name: whose calls one counter counts. */
export const LIMIT_SUBJECTS = ['key', 'owner', 'ip', 'workspace'] as const;
/** What `@limit` can name. */
export const LIMIT_UNITS = ['second', 'minute', 'hour', 'day'] as const;

/** A rate limit in which a call needs room. */
export const policyLimit = z
  .strictObject({
    policyId: policyId.nullable().meta({ description: 'Null for a text that is not saved' }),
    count: z.int(),
    unit: z.enum(LIMIT_UNITS),
    per: z.enum(LIMIT_SUBJECTS).meta({ description: 'Whose calls one counter counts' }),
  })
  .meta({ id: 'PolicyLimit' });
export type PolicyLimit = z.output<typeof policyLimit>;

export const policyVersion = z
  .strictObject({
    number: z.int(),
    text: z.string(),
    createdBy: creatingMember.nullable().meta({
      description: 'Its author; null for the version that came with the workspace',
    }),
    createdByKey: creatingKey.nullable().meta({
      description: 'The API key that its author used, if any',
    }),
    createdAt: instant,
    restoredFrom: z.int().nullable().meta({
      description: 'Number of the version whose text it restored; null for a new text',
    }),
  })
  .meta({ id: 'PolicyVersion' });
export type PolicyVersion = z.output<typeof policyVersion>;
