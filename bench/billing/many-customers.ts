import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const DAY_S = 86_400;

/** A Stripe whose customers each have one subscription to that price. It keeps nothing of what it is asked. */
export async function startManyCustomers(price: string) {
  const now = Math.floor(Date.now() / 1000);
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://stripe.test');
    const id = searchParams.get('customer');
    const answer = id === null ? customer(pathname.split('/').at(-1) ?? '') : subscriptions(id);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });

  function customer(id: string) {
    return { id, object: 'customer', invoice_settings: { default_payment_method: null } };
  }

  function subscriptions(customerId: string) {
    const times = { current_period_start: now, current_period_end: now + 30 * DAY_S };
    const item = { id: 'si_1', object: 'subscription_item', price: { id: price }, ...times };
    const subscription = {
      ...{ id: customerId.replace('cus', 'sub'), object: 'subscription' },
      customer: customer(customerId),
      ...{ created: now, status: 'active', cancel_at: null, cancel_at_period_end: false },
      ...{ default_payment_method: null, latest_invoice: null, pending_update: null },
      items: { object: 'list', data: [item], has_more: false },
    };
    return { object: 'list', url: '/v1/subscriptions', data: [subscription], has_more: false };
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
