import { expect, it } from 'vitest';
import { checkDraft, draftBody, EMPTY_DRAFT } from './key-draft.ts';

const now = Date.parse('2026-11-23T12:00:00.000Z');
const workspaceId = 'ws_7dQx0mJ2vK4tR9sZ1aBc';

it('names every field that is missing', () => {
  const draft = { ...EMPTY_DRAFT, expiry: { choice: 'date', date: '' } } as const;
  expect(Object.keys(checkDraft(draft, now))).toEqual(['name', 'workspaceId', 'expiresAt']);
  expect(Object.keys(checkDraft({ ...draft, profile: 'custom' }, now))).toContain('scopes');
});

it('has no objection to a whole draft', () => {
  expect(checkDraft({ ...EMPTY_DRAFT, name: ' ci-pipeline ', workspaceId }, now)).toEqual({});
});

it('refuses a name with a direction override', () => {
  expect(checkDraft({ ...EMPTY_DRAFT, name: 'ci\u202Epipeline', workspaceId }, now)).toHaveProperty(
    'name',
  );
});

it('never confines a key whose profile forbids it, and sends scopes only for a custom one', () => {
  const draft = {
    ...EMPTY_DRAFT,
    name: 'x',
    workspaceId,
    scopes: new Set(['usage.read'] as const),
  };
  const organization = draftBody({ ...draft, profile: 'organization' }, now);
  expect(organization.workspaceId).toBeNull();
  expect(organization).not.toHaveProperty('scopes');
  expect(draftBody({ ...draft, profile: 'custom' }, now).scopes).toEqual(['usage.read']);
});
