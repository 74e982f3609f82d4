import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, type Given, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET };

async function tollkeeper(argv: readonly string[], given: Given = {}) {
  await using home = await createHome();
  return runCommand(home.homeFolder, argv, { env, ...given });
}

const BILLING = {
  ...{ plan: 'enterprise', provider: 'manual', planChanges: 'request', ownLimit: true },
  limits: { keys: { used: 50, max: 50 } },
  ...{ callsThisMonth: 12_345, monthStartsAt: '2026-11-01T00:00:00.000Z' },
  ...{ until: '2026-12-24T00:00:00.000Z', planAfter: 'pro', note: 'a trial' },
  ...{ renewsAt: null, onTrial: false, paymentMethod: null, pastDueSince: null },
  request: {
    ...{ plan: 'developer', status: 'declined', message: null, decisionNote: 'write to us' },
    requestedBy: { memberId: `mem_${'0'.repeat(20)}`, name: 'Ada' },
    requestedByKey: { id: `key_${'0'.repeat(20)}`, name: 'ci' },
    ...{ requestedAt: '2026-11-20T00:00:00.000Z', decidedAt: '2026-11-21T00:00:00.000Z' },
  },
};

test('billing show says what is used, when the plan ends and what became of a request', async () => {
  const api = createApi({ 'GET /v1/billing': BILLING });
  const { stdout } = await tollkeeper(['billing', 'show'], { fetch: api.fetch });
  expect(stdout).toMatch(/Keys +50 of 50 \(set by the operator\): full/);
  expect(stdout).toMatch(/Calls this month +12,345/);
  expect(stdout).toMatch(/Ends .*2026-12-24.*then pro/);
  expect(stdout).toMatch(/Note +a trial/);
  expect(stdout).toMatch(/Request +developer, by Ada with the key ci .*: declined \(write to us\)/);
});

test('billing show says when a trial ends', async () => {
  const more = { until: null, planAfter: null, renewsAt: '2026-12-24T00:00:00.000Z' };
  const trial = createApi({ 'GET /v1/billing': { ...BILLING, ...more, onTrial: true } });
  const shown = await tollkeeper(['billing', 'show'], { fetch: trial.fetch });
  expect(shown.stdout).toMatch(/Trial ends +.*2026-12-24/);
  const paid = createApi({ 'GET /v1/billing': { ...BILLING, ...more } });
  const { stdout } = await tollkeeper(['billing', 'show'], { fetch: paid.fetch });
  expect(stdout).toMatch(/Renews +.*2026-12-24/);
});

test('billing change asks before it changes anything, and says whether it is in force', async () => {
  const effect = 'Pro allows 20 keys and you have 7.';
  const charge = { amount: 2000, currency: 'eur' };
  const api = createApi({
    'GET /v1/billing/preview': {
      plan: 'pro',
      effect,
      charge,
      startsAt: '2026-12-24T00:00:00.000Z',
    },
    'POST /v1/billing/plan': { outcome: 'requested', plan: 'pro' },
  });
  const argv = ['billing', 'change', 'pro', '--message', 'more agents'];
  expect(await tollkeeper(argv, { fetch: api.fetch })).toMatchObject({ exitCode: 2 });
  expect(api.seen).toEqual([]);
  const asked = { fetch: api.fetch, terminal: { columns: 200 }, stdin: 'n\n' };
  const { stderr } = await tollkeeper(argv, asked);
  expect(stderr).toMatch(
    /you have 7\. You pay €20\.00 now\. Until .*2026-12-24.*, your plan stays/,
  );
  expect(api.seen.map(({ method }) => method)).toEqual(['GET']);
  const { stdout } = await tollkeeper([...argv, '--yes'], { fetch: api.fetch });
  expect(stdout).toMatch(/Requested the plan pro\. The operator of the server decides/);
  expect(api.seen.at(-1)?.body).toEqual({ plan: 'pro', message: 'more agents' });
});

test.each([
  [
    { outcome: 'payment', plan: 'pro', url: 'https://pay.example' },
    /Pay .* at https:\/\/pay\.example/,
  ],
  [{ outcome: 'ending', plan: 'free' }, /ends with the period that is paid/],
])('billing change says what the payment provider waits for: %o', async (answer, words) => {
  const api = createApi({ 'POST /v1/billing/plan': answer });
  const argv = ['billing', 'change', answer.plan, '--yes'];
  expect((await tollkeeper(argv, { fetch: api.fetch })).stdout).toMatch(words);
});

test('billing cancel withdraws the request that it names, once that is agreed to', async () => {
  const requestedAt = '2026-11-22T00:00:00.000Z';
  const api = createApi({
    'GET /v1/billing': {
      ...BILLING,
      request: { ...BILLING.request, status: 'pending', requestedAt },
    },
    'DELETE /v1/billing/plan-request': new Response(null, { status: 204 }),
  });
  const argv = ['billing', 'cancel'];
  expect(await tollkeeper(argv, { fetch: api.fetch })).toMatchObject({ exitCode: 2 });
  expect(api.seen).toEqual([]);
  const terminal = { columns: 80 };
  const declined = await tollkeeper(argv, { fetch: api.fetch, terminal, stdin: 'n\n' });
  expect(declined.stderr).toMatch(/request for the plan developer is withdrawn/);
  expect(api.seen.map(({ method }) => method)).toEqual(['GET']);
  const { stdout } = await tollkeeper([...argv, '--yes', '--json'], { fetch: api.fetch });
  expect(JSON.parse(stdout)).toEqual({ outcome: 'withdrawn' });
  expect(api.seen.at(-1)?.query.get('requestedAt')).toBe(requestedAt);
});

test('billing cancel ends a subscription once that is agreed to', async () => {
  const api = createApi({
    'GET /v1/billing': { ...BILLING, provider: 'stripe', planChanges: 'self' },
    'POST /v1/billing/plan': { outcome: 'ending', plan: 'free' },
  });
  const argv = ['billing', 'cancel'];
  expect(await tollkeeper(argv, { fetch: api.fetch })).toMatchObject({ exitCode: 2 });
  expect(api.seen).toEqual([]);
  const { stdout } = await tollkeeper([...argv, '--yes'], { fetch: api.fetch });
  expect(stdout).toMatch(/ends with the period that is paid; the plan free follows/);
  expect(api.seen.at(-1)?.body).toEqual({ plan: 'free' });
});

test('billing show says how the subscription is paid, and since when a payment is due', async () => {
  const account = {
    ...{ provider: 'stripe', pastDueSince: '2026-11-20T00:00:00.000Z' },
    paymentMethod: { kind: 'card', brand: 'visa', last4: '4242' },
    until: '2026-11-01T00:00:00.000Z',
  };
  const api = createApi({ 'GET /v1/billing': { ...BILLING, ...account } });
  const { stdout } = await tollkeeper(['billing', 'show'], { fetch: api.fetch });
  expect(stdout).toMatch(/Payment +visa ending in 4242/);
  expect(stdout).toMatch(/Payment due +since .*2026-11-20/);
  expect(stdout).toMatch(/Was to end .*2026-11-01.*then pro/);
});

test('billing invoices writes money as its currency does', async () => {
  const invoice = { id: 'in_1', createdAt: '2026-11-01T00:00:00.000Z', status: 'paid', url: null };
  const data = [
    { ...invoice, number: 'A-1', amount: 1999, currency: 'eur' },
    { ...invoice, number: 'A-2', amount: 1999, currency: 'jpy' },
  ];
  const api = createApi({ 'GET /v1/billing/invoices': { data } });
  const { stdout } = await tollkeeper(['billing', 'invoices'], { fetch: api.fetch });
  expect(stdout).toMatch(/A-1 .*€19\.99/);
  expect(stdout).toMatch(/A-2 .*¥1,999/);
});

test('admin set-plan and requests pass their options on', async () => {
  const runs: (readonly string[])[] = [];
  const runProgram = async (_program: string, args: readonly string[]) => {
    runs.push(args);
    return 0;
  };
  const terms = ['--key-limit', '500', '--until', '2027-01-31', '--note', '-a note'];
  await tollkeeper(['admin', 'set-plan', 'pro', ...terms], { runProgram });
  await tollkeeper(['admin', 'requests', 'list', '--json'], { runProgram });
  await tollkeeper(['admin', 'requests', 'decline', 'acme', '--note', 'no'], { runProgram });
  await tollkeeper(['admin', 'requests', 'approve', 'acme', 'pro'], { runProgram });
  expect(runs).toEqual([
    ['set-plan', '--key-limit=500', '--until=2027-01-31', '--note=-a note', 'pro'],
    ['requests', '--json', '--', 'list'],
    ['requests', '--note=no', '--', 'decline', 'acme'],
    ['requests', '--', 'approve', 'acme', 'pro'],
  ]);
});
