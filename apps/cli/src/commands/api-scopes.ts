import { apiScopeName, type DefinedApiScope } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { given, required, text, YES } from '../command/option.ts';
import { argument, type Noun, verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { listAll } from '../lookup.ts';
import { asTable, printLine } from '../output.ts';
import { confirm, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import { relativeTime } from '../text/format.ts';
import type { Column } from '../text/table.ts';

const NAME = argument('name', 'Such as invoices.read');
const DESCRIPTION = text('text', 'What it allows, such as "See invoices"');

const COLUMNS: readonly Column<DefinedApiScope>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'ALLOWS TO', cell: ({ description }) => description, widthMin: 20 },
  {
    title: 'CREATED',
    cell: ({ createdAt }, now) => relativeTime(createdAt, now),
    optional: true,
  },
];

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List the scopes that your organization defines for its own APIs',
  options: { search: text('text', 'Text that the name or the description contains') },
  run: async ({ ctx, options }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listApiScopes({ query: { ...query, ...given(options) } }));
  },
  print: asTable(COLUMNS),
});

const create = verb({
  name: 'create',
  summary: 'Define a scope for your own APIs',
  examples: ['api-scopes create invoices.read --description "See invoices"'],
  args: [NAME],
  options: { description: DESCRIPTION },
  run: async ({ ctx, args: [name], options }) => {
    requireName(name);
    const { client } = await connect(ctx);
    return client.createApiScope(
      { body: { name, ...given(options) } },
      { idempotencyKey: ctx.createId() },
    );
  },
  print: (ctx, { name }) => printLine(ctx, `Defined the API scope "${name}".`),
});

const update = verb({
  name: 'update',
  summary: 'Change the description of an API scope; its name stays',
  examples: ['api-scopes update invoices.read --description "See invoices and refunds"'],
  args: [NAME],
  options: { description: required(DESCRIPTION) },
  run: async ({ ctx, args: [name], options: { description } }) => {
    requireName(name);
    const { client } = await connect(ctx);
    return client.updateApiScope({ params: { name }, body: { description } });
  },
  print: (ctx, { name }) => printLine(ctx, `Changed the API scope "${name}".`),
});

const remove = verb({
  name: 'delete',
  summary: 'Delete an API scope, which removes it from all keys and roles',
  args: [NAME],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [name], options: { yes } }) => {
    requireName(name);
    requireYesOrTerminal(ctx, yes);
    const { client } = await connect(ctx);
    const send = (isConfirmed: boolean) =>
      client.deleteApiScope({ params: { name }, query: { confirm: `${isConfirmed}` } });
    const askFor = (what: string) => confirm(ctx, { what, ask: 'its name', answer: name });
    if (!yes) await askFor(`This deletes the API scope "${name}" for good.`);
    try {
      await send(yes === true);
    } catch (error) {
      // Which keys, roles and policies use it, the person has not seen before.
      if (yes || !(error instanceof ApiError) || error.code !== 'invalid_state') throw error;
      await askFor(error.problem.detail);
      await send(true);
    }
    return { name };
  },
  print: (ctx, { name }) => printLine(ctx, `Deleted the API scope "${name}".`),
});

export const apiScopes: Noun = {
  notes: 'Give an API scope to keys and roles like any other scope.',
  verbs: [list, create, update, remove],
};

/** The server finds nothing under a name that is none. */
function requireName(name: string): void {
  const [issue] = apiScopeName.safeParse(name).error?.issues ?? [];
  if (issue) throw new Failure(EXIT.invalidInput, `"${name}" ${issue.message}.`);
}
