import { type Billing, type Invoice, PLANS, type PlanOffer } from '@tollkeeper/contract';
import { given, text, YES } from '../command/option.ts';
import { choiceArgument, type Noun, verb } from '../command/verb.ts';
import { asTable, type Field, printFields, printLine } from '../output.ts';
import { agree, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import { relativeAndExact } from '../text/format.ts';
import type { Column } from '../text/table.ts';

const show = verb({
  name: 'show',
  summary: 'Show the plan, its limits, and how much of each is used',
  run: async ({ ctx }) => (await connect(ctx)).client.getBilling(),
  print: (ctx, billing) => printFields(ctx, fieldsOf(billing, ctx.now())),
});

const PLAN_COLUMNS: readonly Column<PlanOffer>[] = [
  { title: 'PLAN', cell: ({ plan, current }) => (current ? `${plan} (yours)` : plan) },
  {
    title: 'KEYS',
    cell: ({ keysMax }) => (keysMax === null ? 'unlimited' : String(keysMax)),
    align: 'right',
  },
  { title: 'WHAT CHANGING TO IT WOULD DO', cell: ({ effect }) => effect, widthMin: 24 },
];

const plans = verb({
  name: 'plans',
  summary: 'List all plans, with what changing to each would do now',
  run: async ({ ctx }) => (await connect(ctx)).client.getPlans(),
  print: asTable(PLAN_COLUMNS),
});

const change = verb({
  name: 'change',
  summary: 'Change the plan, or request the change where the operator of the server decides',
  notes: 'No key stops working. It says what the change does, and asks, before it is made.',
  examples: ['billing change pro', 'billing change enterprise --message "40 more services" --yes'],
  args: [choiceArgument('plan', 'New plan', PLANS)],
  options: { message: text('text', 'Words for the operator, with a request'), yes: YES },
  run: async ({ ctx, args: [plan], options: { message, yes } }) => {
    requireYesOrTerminal(ctx, yes);
    const { client } = await connect(ctx);
    if (!yes) {
      const { data } = await client.getPlans();
      const effect = data.find((offer) => offer.plan === plan)?.effect ?? '';
      await agree(ctx, `${effect} Continue?`);
    }
    return client.changePlan({ body: { plan, ...given({ message }) } });
  },
  print: (ctx, { outcome, plan }) =>
    printLine(
      ctx,
      outcome === 'changed'
        ? `You are on the plan ${plan} now.`
        : `Requested the plan ${plan}. The operator of the server decides; until then, the plan stays as it is.`,
    ),
});

const cancel = verb({
  name: 'cancel',
  summary: 'Withdraw the pending request for another plan',
  run: async ({ ctx }) => {
    await (await connect(ctx)).client.withdrawPlanRequest();
    return { outcome: 'withdrawn' };
  },
  print: (ctx) => printLine(ctx, 'Withdrew the request. The plan stays as it is.'),
});

const INVOICE_COLUMNS: readonly Column<Invoice>[] = [
  { title: 'NUMBER', cell: ({ number, id }) => number ?? id },
  { title: 'DATE', cell: ({ createdAt }) => createdAt.slice(0, 10) },
  { title: 'AMOUNT', cell: amountText, align: 'right' },
  { title: 'STATUS', cell: ({ status }) => status },
  { title: 'URL', cell: ({ url }) => url ?? '', optional: true },
];

const invoices = verb({
  name: 'invoices',
  summary: 'List the invoices',
  run: async ({ ctx }) => (await connect(ctx)).client.getInvoices(),
  print: asTable(INVOICE_COLUMNS, { empty: 'There are no invoices.' }),
});

const portal = verb({
  name: 'portal',
  summary: 'Print the address of the payment portal, for payment methods and invoices',
  run: async ({ ctx }) => (await connect(ctx)).client.getBillingPortal(),
  print: (ctx, { url }) => printLine(ctx, url),
});

export const billing: Noun = { verbs: [show, plans, change, cancel, invoices, portal] };

function fieldsOf(billing: Billing, now: Date): Field[] {
  const { plan, limits, callsThisMonth, until, planAfter, note, request, planChanges } = billing;
  return [
    ['Plan', plan],
    keysField(limits.keys, billing.ownLimit),
    ['Calls this month', callsThisMonth.toLocaleString('en')],
    ...(until === null
      ? []
      : [['Ends', `${relativeAndExact(until, now)}, then ${planAfter}`] as const]),
    ...(billing.renewsAt === null
      ? []
      : [['Renews', relativeAndExact(billing.renewsAt, now)] as const]),
    ...(note === null ? [] : [['Note', note] as const]),
    [
      'Changes',
      planChanges === 'self' ? 'take effect at once' : 'are decided by the operator of the server',
    ],
    ...(request === null ? [] : [['Request', requestText(request, now)] as const]),
  ];
}

function keysField({ used, max }: Billing['limits']['keys'], isOwn: boolean): Field {
  if (max === null) return ['Keys', `${used}, without a limit`];
  const words = `${used} of ${max}${isOwn ? ' (set by the operator)' : ''}`;
  return used < max ? ['Keys', words] : ['Keys', `${words}: full`, 'yellow'];
}

function requestText(request: NonNullable<Billing['request']>, now: Date): string {
  const { plan, status, requestedBy, requestedByKey, requestedAt, decisionNote } = request;
  const key = requestedByKey ? ` with the key ${requestedByKey.name ?? requestedByKey.id}` : '';
  const by = `${plan}, by ${requestedBy.name}${key} ${relativeAndExact(requestedAt, now)}: ${status}`;
  return decisionNote === null ? by : `${by} (${decisionNote})`;
}

/** Money in its smallest unit, as people write it: what fraction that is depends on the currency. */
function amountText({ amount, currency }: Invoice): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}
