import type { ApiKeyDetail } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { type Field, printFields, printJson } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';
import { relativeAndExact } from '../../text/relative-time.ts';
import { STATE_COLOURS } from './key-columns.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

export function addShowKey(keys: Command, cli: Cli): void {
  keys
    .command('show')
    .description('show a key in detail, with the scopes in force now')
    .argument(...KEY_ARGUMENT)
    .option(...JSON_OPTION)
    .action((reference: string, options: JsonOption) => showKey(cli, reference, options));
}

async function showKey(cli: Cli, reference: string, { json }: JsonOption): Promise<void> {
  const { client, params } = await openKey(cli, reference);
  const key = await client.getKey({ params });
  if (json) printJson(cli.io, key);
  else printKey(cli.io, key);
}

function printKey(io: Surroundings, key: ApiKeyDetail): void {
  const time = (instant: string | null) => relativeAndExact(instant, io.now());
  const { revokedAt, revokeReason, previousSecretExpiresAt, disablesAt, createdBy } = key;
  const { createdByKey } = key;
  printFields(io, [
    ['Name', key.name],
    ['Id', key.id],
    ['Prefix', `${key.prefix}…`],
    ['State', `● ${key.state}`, STATE_COLOURS[key.state]],
    ['A request now', answerText(key)],
    ...disabled(key, time),
    ...(revokedAt ? [['Revoked', time(revokedAt)] as const] : []),
    ...(revokeReason ? [['Reason', revokeReason] as const] : []),
    ['Created', time(key.createdAt)],
    ['Created by', creatorText(createdBy)],
    ...(createdByKey
      ? [['Created by key', `${createdByKey.name ?? 'a key'} (${createdByKey.id})`] as const]
      : []),
    ['Last used', time(key.lastUsedAt)],
    ['Expires', time(key.expiresAt)],
    ...(disablesAt ? [['Disabled if unused', time(disablesAt)] as const] : []),
    ...(previousSecretExpiresAt
      ? [['Old secret ends', time(previousSecretExpiresAt)] as const]
      : []),
    ['Accepted from', key.allowedIps.join(' ') || 'any address'],
    ['Workspace', key.workspaceId ?? 'every workspace'],
    ['Profile', key.profile],
    ['Scopes', key.scopes.join(' ') || 'none'],
    ...dormant(key),
  ]);
}

/** The address is the server's to keep back. */
function creatorText({ name, email }: ApiKeyDetail['createdBy']): string {
  return email === null ? name : `${name} <${email}>`;
}

function disabled(
  { disabledBy, disabledAt }: ApiKeyDetail,
  time: (instant: string | null) => string,
): Field[] {
  if (disabledBy === null) return [];
  const by = disabledBy.type === 'job' ? 'the job for unused keys' : disabledBy.name;
  return [['Disabled', `${time(disabledAt)} by ${by}`]];
}

function answerText({ decision }: ApiKeyDetail): string {
  return decision === 'valid' ? 'is accepted' : `is refused: ${decision}`;
}

/** Scopes that the key has and its owner no longer holds. */
function dormant({ decision, scopes, scopesInForce }: ApiKeyDetail) {
  if (decision !== 'valid') return [];
  const inForce = new Set(scopesInForce);
  const missing = scopes.filter((scope) => !inForce.has(scope));
  return missing.length === 0 ? [] : [['Not in force', missing.join(' '), 'yellow'] as const];
}
