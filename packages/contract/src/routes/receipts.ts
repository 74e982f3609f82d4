import { z } from 'zod';
import { apiKeyId } from '../ids.ts';
import { receipt } from '../receipt-schemas.ts';
import { defineRoute } from '../route.ts';

export const getKeyReceipt = defineRoute({
  method: 'GET',
  path: '/v1/api-keys/{id}/receipt',
  access: 'api_keys.read',
  summary:
    'Read the receipt of a key that was disabled, revoked or deleted; asks for audit.read as well, since it shows the audit event',
  tag: 'API keys',
  params: z.strictObject({ id: apiKeyId }),
  status: 200,
  response: receipt,
  errors: ['not_found', 'invalid_state'],
});
