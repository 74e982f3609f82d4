import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { type Argument, verb } from '../command/verb.ts';
import { printTable } from '../output.ts';
import { connect } from '../session/connect.ts';
import type { Column } from '../text/table.ts';

type Scope = RouteOutput<Routes['listScopes']>['scopes'][number];

const COLUMNS: readonly Column<Scope>[] = [
  { title: 'SCOPE', cell: ({ name }) => name },
  {
    title: 'HELD',
    cell: ({ held }) => (held ? 'yes' : 'no'),
    color: ({ held }) => (held ? undefined : 'dim'),
  },
  { title: 'ALLOWS TO', cell: ({ description }) => description, widthMin: 20 },
];

/** As other things are listed. */
const LIST: Argument<string | undefined> = {
  name: 'list',
  help: 'May be left out',
  count: 'optional',
  choices: ['list'],
};

export const scopes = verb({
  name: 'scopes',
  args: [LIST],
  summary: 'List the scopes that a key can have, and which of them you hold',
  run: async ({ ctx }) => (await connect(ctx)).client.listScopes(),
  print: (ctx, catalog) => printTable(ctx, COLUMNS, catalog.scopes),
});
