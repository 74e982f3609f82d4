import { type ApiKey, normalizeTags, type RouteInput, type Routes } from '@tollkeeper/contract';
import { flag, given, list, parsed, text, YES } from '../../command/option.ts';
import { readExpiry, requireChange } from '../../command/option-values.ts';
import { verb } from '../../command/verb.ts';
import { type Field, hint, printFields, printLine } from '../../output.ts';
import { agree, requireYesOrTerminal } from '../../prompt.ts';
import { sendEdit } from '../../send-edit.ts';
import { relativeAndExact } from '../../text/format.ts';
import { KEY, openKey } from './open-key.ts';

type Body = RouteInput<Routes['updateKey']>['body'];

const CHANGES =
  '--name, --scopes, --add-scopes, --remove-scopes, --expires, --allow-ip, --allow-any-ip, --tag, --add-tag, --remove-tag or --without-tags';

export const updateKey = verb({
  name: 'update',
  summary: 'Change name, scopes, expiry, addresses or tags; shows the changes and asks first',
  examples: [
    'keys update ci-pipeline --add-scopes audit.read --expires 30d',
    'keys update ci-pipeline --allow-ip 10.0.0.0/8 192.0.2.7 --yes',
    'keys update ci-pipeline --add-tag production --remove-tag staging',
  ],
  args: [KEY],
  options: {
    name: text('name', 'New name'),
    scopes: list('scopes', 'All scopes of the key, which replace those that it has', {
      conflicts: ['addScopes', 'removeScopes'],
    }),
    addScopes: list('scopes', 'Scopes to add'),
    removeScopes: list('scopes', 'Scopes to remove'),
    expires: parsed('when', '30d from now, 2030-01-31, 2030-01-31T12:00Z or never', readExpiry),
    allowIp: list('range', 'Accept the key only from these addresses or CIDR ranges'),
    allowAnyIp: flag('Accept the key from any address', { conflicts: ['allowIp'] }),
    tag: list('tag', 'All tags of the key, which replace those that it has', {
      conflicts: ['addTag', 'removeTag', 'withoutTags'],
    }),
    addTag: list('tag', 'Tags to add'),
    removeTag: list('tag', 'Tags to remove'),
    withoutTags: flag('Remove all tags', { conflicts: ['addTag', 'removeTag'] }),
    yes: YES,
  },
  json: { help: "Do not ask, and print the API's JSON, for scripts" },
  run: async ({ ctx, args: [reference], options: { yes, ...options }, json }) => {
    requireChange(given(options), CHANGES);
    const { client, key, params } = await openKey(ctx, reference);
    requireYesOrTerminal(ctx, yes || json);
    const { name, expires, allowAnyIp, allowIp } = options;
    const body: Body = given({
      name,
      scopes: scopesOf(key, options),
      expiresAt: expires,
      allowedIps: allowAnyIp ? [] : allowIp,
      tags: tagsOf(key, options),
    });
    const now = ctx.now();
    const changes = changesOf(key, body, now);
    if (changes.length === 0) return { key, isChanged: false };
    if (!json) printFields(ctx, changes);
    if (!yes && !json) await agree(ctx, `Apply these changes to "${key.name}" (${key.prefix}…)?`);
    const updated = await sendEdit<ApiKey, ApiKey>({
      read: key,
      readAgain: () => client.getKey({ params }),
      fieldsOf: (record) => fieldsOf(record, now),
      send: () => client.updateKey({ params, body: { ...body, etag: key.etag } }),
    });
    return { key: updated, isChanged: true };
  },
  answer: ({ key }) => key,
  print: (ctx, { key: { name, prefix }, isChanged }) => {
    if (isChanged) printLine(ctx, `Changed "${name}" (${prefix}…).`);
    else hint(ctx, `Nothing to change: "${name}" already has these values.`);
  },
});

interface ScopeOptions {
  readonly scopes: string[] | undefined;
  readonly addScopes: string[] | undefined;
  readonly removeScopes: string[] | undefined;
}

function scopesOf(
  key: ApiKey,
  { scopes: all, addScopes, removeScopes }: ScopeOptions,
): string[] | undefined {
  if (all !== undefined || (addScopes === undefined && removeScopes === undefined)) return all;
  const scopes = new Set<string>([...key.scopes, ...(addScopes ?? [])]);
  for (const scope of removeScopes ?? []) scopes.delete(scope);
  return [...scopes];
}

interface TagOptions {
  readonly tag: string[] | undefined;
  readonly addTag: string[] | undefined;
  readonly removeTag: string[] | undefined;
  readonly withoutTags: true | undefined;
}

function tagsOf(
  key: ApiKey,
  { tag, addTag, removeTag, withoutTags }: TagOptions,
): string[] | undefined {
  if (withoutTags) return [];
  if (tag !== undefined) return normalizeTags(tag);
  if (addTag === undefined && removeTag === undefined) return undefined;
  const removed = normalizeTags(removeTag ?? []);
  return normalizeTags([...key.tags, ...(addTag ?? [])]).filter((each) => !removed.includes(each));
}

/** What an update would change about a key, as a person reads it; empty if it changes nothing. */
function changesOf(key: ApiKey, body: Body, now: Date): Field[] {
  const { name, scopes, expiresAt, allowedIps, tags } = body;
  return [
    ...(name === undefined || name === key.name ? [] : [change('Name', key.name, name)]),
    ...(scopes === undefined ? [] : setChanges('scopes', key.scopes, scopes)),
    ...(expiresAt === undefined || isSameMoment(expiresAt, key.expiresAt)
      ? []
      : [
          change('Expires', relativeAndExact(key.expiresAt, now), relativeAndExact(expiresAt, now)),
        ]),
    ...(allowedIps === undefined || isSameSet(key.allowedIps, allowedIps)
      ? []
      : [change('Accepted from', addresses(key.allowedIps), addresses(allowedIps))]),
    ...(tags === undefined ? [] : setChanges('tags', key.tags, tags, ', ')),
  ];
}

/** All that an update can set. */
function fieldsOf({ name, scopes, expiresAt, allowedIps, tags }: ApiKey, now: Date): Field[] {
  return [
    ['Name', name],
    ['Scopes', scopes.join(' ')],
    ['Expires', relativeAndExact(expiresAt, now)],
    ['Accepted from', addresses(allowedIps)],
    ['Tags', tags.join(', ') || 'none'],
  ];
}

function change(name: string, before: string, after: string): Field {
  return [name, `${before} → ${after}`];
}

function setChanges(
  what: string,
  before: readonly string[],
  after: readonly string[],
  separator = ' ',
): Field[] {
  const added = after.filter((each) => !before.includes(each));
  const removed = before.filter((each) => !after.includes(each));
  return [
    ...(added.length > 0 ? [[`Adds ${what}`, added.join(separator), 'green'] as const] : []),
    ...(removed.length > 0 ? [[`Removes ${what}`, removed.join(separator), 'red'] as const] : []),
  ];
}

function isSameMoment(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return Date.parse(one) === Date.parse(other);
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}

function addresses(ranges: readonly string[]): string {
  return ranges.join(' ') || 'any address';
}
