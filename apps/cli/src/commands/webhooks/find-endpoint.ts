import { type WebhookEndpoint, webhookEndpointId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { argument } from '../../command/verb.ts';
import { listAll, pickOne } from '../../lookup.ts';

export const ENDPOINT = argument('endpoint', 'Id or exact name');

/** The endpoint that a person means by an id or an exact name. Throws Failure if there is none. */
export async function findEndpoint(client: Client, reference: string): Promise<WebhookEndpoint> {
  if (webhookEndpointId.safeParse(reference).success) {
    return client.getWebhookEndpoint({ params: { id: reference } });
  }
  const { data } = await listAll((query) => client.listWebhookEndpoints({ query }));
  return pickOne(
    data.filter(({ name }) => name === reference),
    reference,
    {
      kind: 'webhook endpoint',
      advice: 'Run "tollkeeper webhooks list" to see them.',
      candidate: ({ id, url }) => `${id}  ${url}`,
    },
  );
}
