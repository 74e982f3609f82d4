import { z } from 'zod';
import { scope } from '../api-key-schemas.ts';
import { PUBLIC_DECISION_CODES } from '../decision.ts';
import { apiKeyId, memberId, workspaceId } from '../ids.ts';
import { defineRoute } from '../route.ts';
import { instant, ipAddress } from '../text.ts';

export const verifyKey = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/verify',
  access: 'api_keys.verify',
  summary: 'Decide whether a key is valid and has the requested scopes',
  changesNothing: true,
  tag: 'API keys',
  body: z.strictObject({
    key: z.string().max(512),
    scopes: z
      .array(scope)
      .max(200)
      .optional()
      .meta({ description: 'Scopes that the key must have; all of them must be in force' }),
    ip: ipAddress.optional().meta({ description: 'Address from which the key was used' }),
    workspaceId: workspaceId.optional().meta({
      description:
        'Workspace in which the key is used; a confined calling key can only name its own',
    }),
  }),
  status: 200,
  response: z
    .strictObject({
      valid: z.boolean(),
      code: z.enum(PUBLIC_DECISION_CODES),
      keyId: apiKeyId.nullable(),
      name: z.string().nullable(),
      scopes: z
        .array(scope)
        .meta({ description: 'Scopes in force now; empty when the key is refused' }),
      workspaceId: workspaceId.nullable(),
      memberId: memberId.nullable(),
      expiresAt: instant.nullable(),
    })
    .meta({ id: 'Verification' }),
  errors: ['not_found'],
});
