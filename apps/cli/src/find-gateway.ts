import { type Gateway, gatewayId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { listAll } from './list-all.ts';
import { pickOne } from './pick-one.ts';

/** The gateway that a person means by an id or an exact name. Throws Failure if none or several. */
export async function findGateway(client: Client, reference: string): Promise<Gateway> {
  if (gatewayId.safeParse(reference).success) {
    return client.getGateway({ params: { id: reference } });
  }
  const { data } = await listAll(Number.POSITIVE_INFINITY, (query) =>
    client.listGateways({ query }),
  );
  return pickOne(
    data.filter(({ name }) => name === reference),
    reference,
    {
      kind: 'gateway',
      advice: 'Run "tollkeeper gateways list" to see them.',
      candidate: ({ id, name, state }) => `${id}  ${state}  ${name}`,
    },
  );
}
