import { AUDIT_ACTION_FILTER, AUDIT_ACTIONS, auditActorId } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { ACTION_GROUPS } from './action-groups.ts';
import { actionWords, actorKindWords, actorWords } from './event-words.ts';

it('says what an action did', () => {
  expect(actionWords('api_key.revoke')).toBe('Revoked an API key');
  expect(actionWords('session.sign_in_failed')).toBe('Failed to sign in');
});

it('takes the name of an action apart that it does not know', () => {
  expect(actionWords('api_key.frobnicate_twice')).toBe('API key: frobnicate twice');
  expect(actionWords('constructor.toString')).toBe('Constructor: toString');
});

it('has words for every action that the server records, and for no others', () => {
  const worded = ACTION_GROUPS.flatMap(({ group, actions }) =>
    Object.keys(actions).map((verb) => `${group}.${verb}`),
  );
  expect(worded.toSorted()).toEqual(AUDIT_ACTIONS.toSorted());
});

it('offers no action that the server would not take as a filter', () => {
  const actions = ACTION_GROUPS.flatMap(({ group, actions }) =>
    ['*', ...Object.keys(actions)].map((verb) => `${group}.${verb}`),
  );
  expect(actions.filter((action) => !AUDIT_ACTION_FILTER.test(action))).toEqual([]);
  expect(new Set(actions).size).toBe(actions.length);
});

it('names actors, and those that have no name by what they are', () => {
  const memberId = 'mem_7dQx0mJ2vK4tR9sZ1aBc';
  const keyId = 'key_7dQx0mJ2vK4tR9sZ1aBc';
  const key = { type: 'key', memberId, keyId } as const;
  expect(actorWords({ actor: key, actorName: 'ci-pipeline' })).toBe('ci-pipeline');
  expect(actorWords({ actor: key, actorName: null })).toBe(keyId);
  expect(actorKindWords(key)).toBe('API key');
  expect(auditActorId(key)).toBe(keyId);
  const job = { type: 'system', job: 'disable-unused-keys' } as const;
  expect(actorWords({ actor: job, actorName: null })).toBe('Tollkeeper');
  expect(actorKindWords(job)).toBe('Job: disable unused keys');
  expect(auditActorId(job)).toBeUndefined();
});
