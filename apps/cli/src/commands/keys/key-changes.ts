import type { ApiKey, RouteInput, Routes } from '@tollkeeper/contract';
import type { Field } from '../../output.ts';
import { relativeAndExact } from '../../text/relative-time.ts';

type Body = RouteInput<Routes['updateKey']>['body'];

/** What an update would change about a key, as a person reads it; empty if it changes nothing. */
export function changesOf(key: ApiKey, body: Body, now: Date): Field[] {
  const { name, scopes, expiresAt, allowedIps } = body;
  return [
    ...(name === undefined || name === key.name ? [] : [change('Name', key.name, name)]),
    ...(scopes === undefined ? [] : setChanges('scopes', key.scopes, scopes)),
    ...(expiresAt === undefined || isSameMoment(expiresAt, key.expiresAt)
      ? []
      : [change('Expires', moment(key.expiresAt, now), moment(expiresAt, now))]),
    ...(allowedIps === undefined || isSameSet(key.allowedIps, allowedIps)
      ? []
      : [change('Accepted from', addresses(key.allowedIps), addresses(allowedIps))]),
  ];
}

function change(name: string, before: string, after: string): Field {
  return [name, `${before} → ${after}`];
}

function setChanges(what: string, before: readonly string[], after: readonly string[]): Field[] {
  const added = after.filter((each) => !before.includes(each));
  const removed = before.filter((each) => !after.includes(each));
  return [
    ...(added.length > 0 ? [[`Adds ${what}`, added.join(' '), 'green'] as const] : []),
    ...(removed.length > 0 ? [[`Removes ${what}`, removed.join(' '), 'red'] as const] : []),
  ];
}

function isSameMoment(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return Date.parse(one) === Date.parse(other);
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}

function moment(instant: string | null, now: Date): string {
  return relativeAndExact(instant, now);
}

function addresses(ranges: readonly string[]): string {
  return ranges.join(' ') || 'any address';
}
