import { routes } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import {
  auditFilters,
  isAuditFiltered,
  parseAuditSearch,
  refineAuditSearch,
} from './audit-search.ts';

const FULL = {
  ...{ search: 'ci', actor: 'key_7dQx0mJ2vK4tR9sZ1aBc', action: 'api_key.*', type: 'api_key' },
  ...{ target: 'key_7dQx0mJ2vK4tR9sZ1aBc', ip: '203.0.113.9', request: 'req_1', cursor: 'abc' },
  ...{ from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z' },
} as const;

it('keeps what the server would understand of an address', () => {
  expect(parseAuditSearch(FULL)).toEqual(FULL);
  const wrong = {
    actor: 'x',
    action: 'x',
    type: 'x',
    ip: '1.2',
    from: 'x',
    span: 'x',
    cursor: '%',
  };
  expect(parseAuditSearch({ ...wrong, search: '\u200b', to: ['x'], constructor: 'x' })).toEqual({});
});

it('asks the API for every filter, in words that the contract takes', () => {
  const asked = auditFilters(parseAuditSearch({ ...FULL, cursor: '' }), 0);
  expect(Object.keys(asked)).toHaveLength(9);
  expect(routes.listAuditEvents.query.parse(asked)).toMatchObject(asked);
});

it('counts a span back from now, and knows no other times beside it', () => {
  const search = parseAuditSearch({ ...FULL, span: '24h' });
  expect(search).not.toHaveProperty('to');
  expect(auditFilters(search, Date.parse('2026-11-02T00:00:00.000Z')).from).toBe(
    '2026-11-01T00:00:00.000Z',
  );
});

it('begins at the first page when a filter changes', () => {
  expect(
    refineAuditSearch({ ip: '203.0.113.9', cursor: 'abc' }, { ip: '', action: 'a.b' }),
  ).toEqual({
    action: 'a.b',
  });
  expect(isAuditFiltered({ cursor: 'abc' })).toBe(false);
});
