import { FACTOR_NAMES, type Identity } from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { verb } from '../command/verb.ts';
import { Failure } from '../failure.ts';
import { type Field, hint, printFields, printLine } from '../output.ts';
import { connect } from '../session/connect.ts';
import { type Credentials, findCredentials, removeCredentials } from '../session/credentials.ts';
import { signOut } from '../session/sign-in.ts';
import { createTransport } from '../session/transport.ts';
import { relativeAndExact } from '../text/format.ts';
import { workspaceText } from './workspaces.ts';

export const logout = verb({
  name: 'logout',
  summary: 'End the session and delete the stored credential',
  json: { help: 'Print nothing' },
  run: async ({ ctx }) => {
    // A damaged file is exactly what a person wants to be rid of.
    const credentials = await findCredentials(ctx).catch(ignoreFailure);
    const removed = await removeCredentials(ctx);
    if (credentials?.kind === 'session' && !(await endSession(ctx, credentials))) {
      const advice = 'The session stays open until it expires or you end it in the dashboard.';
      hint(ctx, `${credentials.url} did not confirm the end of the session. ${advice}`);
    }
    if (ctx.env.TOLLKEEPER_API_KEY) {
      hint(ctx, 'TOLLKEEPER_API_KEY is still set, so commands keep using that key.');
    }
    return { removed };
  },
  answer: () => undefined,
  print: (ctx, { removed }) => printLine(ctx, removed ? 'Signed out.' : 'You were not signed in.'),
});

export const whoami = verb({
  name: 'whoami',
  summary: 'Show which member and organization you are signed in as, and your scopes',
  run: async ({ ctx }) => {
    const { client, url } = await connect(ctx);
    const identity = await client.whoami();
    return { url, identity, workspace: await workspaceText(client, identity.workspaceId) };
  },
  answer: ({ identity }) => identity,
  print: (ctx, { url, identity, workspace }) => {
    const { organization, member, key, session, scopes, organizations } = identity;
    printFields(ctx, [
      ['Server', url],
      ['Organization', `${organization.name} (${organization.slug}, plan ${organization.plan})`],
      ['Organization id', organization.id],
      ...(organizations.length > 1 ? [['You belong to', named(organizations)] as const] : []),
      ['Member', `${member.name} <${member.email}>`],
      ['Role', member.roleName],
      ['Credential', key ? `API key "${key.name}" (${key.id})` : 'session'],
      ...(session ? sessionFields(session, ctx.now()) : []),
      ['Workspace', workspace],
      ['Scopes', scopes.length === 0 ? 'none' : scopes.join(' ')],
    ]);
  },
});

async function endSession(
  ctx: CliContext,
  { url, cookie }: Extract<Credentials, { kind: 'session' }>,
): Promise<boolean> {
  return (await signOut(createTransport(ctx.fetch), url, cookie).catch(ignoreFailure)) ?? false;
}

function ignoreFailure(error: unknown): undefined {
  if (!(error instanceof Failure)) throw error;
}

function sessionFields(
  { factors, authenticatedAt, expiresAt }: NonNullable<Identity['session']>,
  now: Date,
): Field[] {
  return [
    ['Signed in with', factors.map((factor) => FACTOR_NAMES[factor]).join(', ')],
    ['Signed in', relativeAndExact(authenticatedAt, now)],
    ['Expires', relativeAndExact(expiresAt, now)],
  ];
}

/** With the ids that --organization takes. */
function named(organizations: readonly { readonly id: string; readonly name: string }[]): string {
  return organizations.map(({ id, name }) => `${name} (${id})`).join(', ');
}
