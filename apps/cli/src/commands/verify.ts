import { isScope, type RouteOutput, type Routes } from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { flag, given, list, text } from '../command/option.ts';
import { verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { printFields } from '../output.ts';
import { readSecret } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import { relativeAndExact } from '../text/format.ts';
import { readRequest, requestOptions } from './policy-request.ts';
import { findWorkspaceId, workspaceText } from './workspaces.ts';

type Verification = RouteOutput<Routes['verifyKey']>;

export const verify = verb({
  name: 'verify',
  summary: 'Check whether a key is valid; exits with 0 if it is, and with 10 if not',
  examples: [
    'verify --key-stdin --scope usage.read < key.txt',
    'verify --key-stdin --workspace default --ip 192.0.2.7 --method GET --path /v1/invoices < key.txt',
  ],
  options: {
    keyStdin: flag('Read the key from standard input; asked for on a terminal'),
    scope: list('scope', 'Scopes that the key must have'),
    ip: text('address', 'IP address that the key was used from'),
    workspace: text('workspace', 'Workspace that the key is used in: id or name'),
    ...requestOptions,
  },
  run: async ({ ctx, options }) => {
    const { keyStdin, scope, ip, workspace } = options;
    const request = readRequest(options);
    if (!keyStdin && !ctx.stdin.isTTY) {
      throw new Failure(EXIT.usage, 'There is no terminal to ask on. Add --key-stdin.');
    }
    const scopes = scope?.map(requireScope);
    const { client } = await connect(ctx);
    const workspaceId = workspace ? await findWorkspaceId(client, workspace) : undefined;
    const key = (await readSecret(ctx, 'Key to verify:')).trim();
    const verification = await client.verifyKey({
      body: { key, ...given({ scopes, ip: ip || undefined, workspaceId, request }) },
    });
    const confinedTo = await workspaceText(client, verification.workspaceId);
    return { verification, confinedTo };
  },
  answer: ({ verification }) => verification,
  print: (ctx, { verification, confinedTo }) => printVerification(ctx, verification, confinedTo),
  exitCode: ({ verification }) => (verification.valid ? EXIT.ok : EXIT.keyNotValid),
});

function printVerification(ctx: CliContext, answer: Verification, workspace: string): void {
  const { valid, code, name, keyId, workspaceId, memberId, expiresAt, scopes } = answer;
  printFields(ctx, [
    ['Answer', valid ? 'valid' : `not valid: ${code}`, valid ? 'green' : 'red'],
    ...(keyId === null ? [] : [['Key', `${name ?? ''} (${keyId})`] as const]),
    ...(memberId === null ? [] : [['Owner', memberId] as const]),
    ...(workspaceId === null ? [] : [['Workspace', workspace] as const]),
    ...(keyId === null ? [] : [['Expires', relativeAndExact(expiresAt, ctx.now())] as const]),
    ...(valid ? [['Scopes', scopes.join(' ') || 'none'] as const] : []),
  ]);
}

function requireScope(name: string): string {
  if (isScope(name)) return name;
  throw new Failure(
    EXIT.invalidInput,
    `There is no scope "${name}". Run "tollkeeper scopes" to see them.`,
  );
}
