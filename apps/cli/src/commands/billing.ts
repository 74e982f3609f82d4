import {
  type Billing,
  formatMoney,
  type Invoice,
  PLANS,
  type Plan,
  type PlanOffer,
  type PlanPreview,
  type RouteOutput,
  type Routes,
} from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
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
    if (!yes) await agreeToChange(ctx, client, plan);
    return client.changePlan({ body: { plan, ...given({ message }) } });
  },
  print: (ctx, change) => printLine(ctx, changeText(change)),
});

/** Says what the change does before it is made. */
async function agreeToChange(ctx: CliContext, client: Client, plan: Plan): Promise<void> {
  const { effect, charge, startsAt } = await client.previewPlanChange({ query: { plan } });
  const starts =
    startsAt === null
      ? ''
      : `Until ${relativeAndExact(startsAt, ctx.now())}, your plan stays as it is. `;
  await agree(ctx, `${effect} ${chargeText(charge)}${starts}Continue?`);
}

function changeText({ outcome, plan, url }: RouteOutput<Routes['changePlan']>): string {
  switch (outcome) {
    case 'changed':
      return `You are on the plan ${plan} now.`;
    case 'requested':
      return `Requested the plan ${plan}. The operator of the server decides; until then, the plan stays as it is.`;
    case 'payment':
      return `Pay for the plan ${plan} at ${url}. Until then, the plan stays as it is.`;
    case 'ending':
      return `The subscription ends with the period that is paid; the plan ${plan} follows.`;
  }
}

const cancel = verb({
  name: 'cancel',
  summary: 'End the subscription with the period that is paid, or withdraw the pending request',
  notes: 'No key stops working. It says what it ends, and asks, before it does anything.',
  options: { yes: YES },
  run: async ({ ctx, options: { yes } }) => {
    requireYesOrTerminal(ctx, yes);
    const { client } = await connect(ctx);
    const { provider, request } = await client.getBilling();
    if (provider === 'manual') {
      const pending = request?.status === 'pending' ? request : undefined;
      if (pending && !yes) {
        await agree(ctx, `The request for the plan ${pending.plan} is withdrawn. Continue?`);
      }
      const requestedAt = pending?.requestedAt;
      await client.withdrawPlanRequest({ query: { ...given({ requestedAt }) } });
      return { outcome: 'withdrawn' } as const;
    }
    if (!yes) await agreeToChange(ctx, client, 'free');
    return client.changePlan({ body: { plan: 'free' } });
  },
  print: (ctx, answer) =>
    printLine(
      ctx,
      answer.outcome === 'withdrawn'
        ? 'Withdrew the request. The plan stays as it is.'
        : changeText(answer),
    ),
});

const INVOICE_COLUMNS: readonly Column<Invoice>[] = [
  { title: 'NUMBER', cell: ({ number, id }) => number ?? id },
  { title: 'DATE', cell: ({ createdAt }) => createdAt.slice(0, 10) },
  {
    title: 'AMOUNT',
    cell: ({ amount, currency }) => formatMoney(amount, currency),
    align: 'right',
  },
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
  run: async ({ ctx }) => (await connect(ctx)).client.openBillingPortal(),
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
      : [
          [
            // A plan goes on until its end was announced.
            Date.parse(until) > now.getTime() ? 'Ends' : 'Was to end',
            `${relativeAndExact(until, now)}, then ${planAfter}`,
          ] as const,
        ]),
    ...(billing.renewsAt === null
      ? []
      : [
          [
            billing.onTrial ? 'Trial ends' : 'Renews',
            relativeAndExact(billing.renewsAt, now),
          ] as const,
        ]),
    ...(billing.paymentMethod === null
      ? []
      : [['Payment', paymentText(billing.paymentMethod)] as const]),
    ...(billing.pastDueSince === null
      ? []
      : [
          [
            'Payment due',
            `since ${relativeAndExact(billing.pastDueSince, now)}`,
            'yellow',
          ] as const,
        ]),
    ...(note === null ? [] : [['Note', note] as const]),
    [
      'Changes',
      planChanges === 'self' ? 'take effect at once' : 'are decided by the operator of the server',
    ],
    ...(request === null ? [] : [['Request', requestText(request, now)] as const]),
  ];
}

function paymentText({ kind, brand, last4 }: NonNullable<Billing['paymentMethod']>): string {
  return [brand ?? kind, ...(last4 === null ? [] : [`ending in ${last4}`])].join(' ');
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

function chargeText(charge: PlanPreview['charge']): string {
  if (!charge || charge.amount === 0) return '';
  const amount = formatMoney(Math.abs(charge.amount), charge.currency);
  return charge.amount > 0 ? `You pay ${amount} now. ` : `You are credited ${amount}. `;
}
