import { z } from 'zod';
import { apiKeyId, leakId } from '../ids.ts';
import {
  LEAK_SOURCE_MAX,
  LEAK_STATUSES,
  LEAK_URL_MAX,
  leak,
  leakSettings,
  leakSettingsEdit,
} from '../leak-schemas.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { visibleLine } from '../text.ts';

const tag = 'Leaks';
const params = z.strictObject({ id: leakId });
const note = visibleLine(256).optional().meta({ description: 'What to remember of it' });

export const listLeaks = defineRoute({
  method: 'GET',
  path: '/v1/leaks',
  access: 'integrations.read',
  summary: 'List reports of keys that leaked, of the keys that you see; the newest first',
  tag,
  query: z.strictObject({
    ...listQuery,
    status: z.enum(LEAK_STATUSES).optional(),
    keyId: apiKeyId.optional(),
  }),
  status: 200,
  response: listOf(leak),
  errors: [],
});

export const getLeak = defineRoute({
  method: 'GET',
  path: '/v1/leaks/{id}',
  access: 'integrations.read',
  summary: 'Read a report',
  tag,
  params,
  status: 200,
  response: leak,
  errors: ['not_found'],
});

export const reportLeak = defineRoute({
  method: 'POST',
  path: '/v1/leaks',
  access: 'credential',
  summary:
    'Report a key that leaked: by its whole text, which anyone who holds it may do, or by its id, with integrations.manage. The organization of the key has chosen what happens to it',
  tag,
  body: z
    .strictObject({
      key: z.string().max(512).optional().meta({ description: 'The whole text of the key' }),
      keyId: apiKeyId.optional(),
      url: z.string().max(LEAK_URL_MAX).optional().meta({ description: 'Where it was found' }),
      source: z
        .string()
        .max(LEAK_SOURCE_MAX)
        .optional()
        .meta({ description: 'What it was found in', examples: ['commit'] }),
    })
    .meta({ description: 'Exactly one of `key` and `keyId`' }),
  status: 200,
  response: z
    .strictObject({
      leak: leak.nullable().meta({
        description:
          'The report, if you may read it: null also where the key is not known, which is not said',
      }),
    })
    .meta({ id: 'LeakReport' }),
  errors: ['insufficient_scope', 'not_found'],
});

export const resolveLeak = defineRoute({
  method: 'POST',
  path: '/v1/leaks/{id}/resolve',
  access: 'integrations.manage',
  summary: 'Close a report that was dealt with',
  tag,
  params,
  body: z.strictObject({ note }),
  status: 200,
  response: leak,
  errors: ['not_found', 'invalid_state'],
});

export const dismissLeak = defineRoute({
  method: 'POST',
  path: '/v1/leaks/{id}/dismiss',
  access: 'integrations.manage',
  summary: 'Close a report that was no leak; a key that it stopped stays stopped',
  tag,
  params,
  body: z.strictObject({ note }),
  status: 200,
  response: leak,
  errors: ['not_found', 'invalid_state'],
});

export const getLeakSettings = defineRoute({
  method: 'GET',
  path: '/v1/integrations/leak-response',
  access: 'integrations.read',
  summary: 'Read what happens to keys that leaked',
  tag,
  status: 200,
  response: leakSettings,
  errors: [],
});

export const updateLeakSettings = defineRoute({
  method: 'PATCH',
  path: '/v1/integrations/leak-response',
  access: 'integrations.manage',
  summary: 'Choose what happens to keys that leaked; what you leave out stays as it is',
  tag,
  body: leakSettingsEdit,
  status: 200,
  response: leakSettings,
  errors: ['edit_conflict', 'outside_workspace'],
});

/** 10,000 matches with addresses of half a kilobyte. */
export const GITHUB_REPORT_BYTES_MAX = 8 * 1024 * 1024;

export const receiveGithubReport = defineRoute({
  method: 'POST',
  path: '/v1/integrations/github-secret-scanning',
  access: 'public',
  summary:
    "Receive keys that GitHub's secret scanning found in public, signed by GitHub. Its header Github-Public-Key-Identifier names the public key",
  tag,
  rawBody: {
    contentType: 'application/json',
    bytesMax: GITHUB_REPORT_BYTES_MAX,
    signatureHeader: 'github-public-key-signature',
    keyIdHeader: 'github-public-key-identifier',
  },
  status: 200,
  response: z.array(
    z
      .strictObject({
        token_hash: z.string().meta({ description: 'SHA-256 of the match, in hexadecimal' }),
        token_type: z.string(),
        label: z.enum(['true_positive', 'false_positive']),
      })
      .meta({ id: 'GithubMatchFeedback' }),
  ),
  errors: ['signature_invalid', 'not_found', 'malformed_request', 'unavailable'],
});
