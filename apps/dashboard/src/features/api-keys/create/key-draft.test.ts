import { expect, it } from 'vitest';
import {
  checkDraft,
  draftBody,
  EMPTY_DRAFT,
  EXPIRY_CHOICES,
  expiresAt,
  localDay,
  startExpiry,
} from './key-draft.ts';

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

it('refuses more tags than a key may have', () => {
  const tags = Array.from({ length: 21 }, (_, n) => `tag-${n}`);
  expect(checkDraft({ ...EMPTY_DRAFT, name: 'ci', workspaceId, tags }, now)).toEqual({
    tags: 'A key has at most 20 tags: remove 1.',
  });
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

it('counts the presets in days from now', () => {
  const days = EXPIRY_CHOICES.filter((choice) => choice.days !== null).map(({ value, days }) => [
    days,
    (Date.parse(expiresAt({ choice: value, date: '' }, now) ?? '') - now) / 86_400_000,
  ]);
  expect(days).toEqual([
    [7, 7],
    [30, 30],
    [90, 90],
    [365, 365],
  ]);
});

it('is null without an expiry', () => {
  expect(expiresAt({ choice: 'never', date: '2020-01-01' }, now)).toBeNull();
});

it('lets a key work until its last day ends, here', () => {
  const end = expiresAt({ choice: 'date', date: localDay(now) }, now);
  expect(end).toBe(new Date(`${localDay(now)}T23:59:59.999`).toISOString());
});

it.each(['', 'soon', '2026-13-45', '2026-11-20'])('refuses the date "%s"', (date) => {
  expect(expiresAt({ choice: 'date', date }, now)).toBeUndefined();
});

it("starts from the organization's default, as a preset where it is one", () => {
  expect(startExpiry(30, now)).toEqual({ choice: '30', date: '' });
  expect(startExpiry(45, now)).toEqual({
    choice: 'date',
    date: localDay(now + 45 * 86_400_000),
  });
});
