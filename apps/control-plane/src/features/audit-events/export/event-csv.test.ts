import type { AuditEvent } from '@tollkeeper/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvHeader, csvLine } from './event-csv.ts';

const EVENT: AuditEvent = {
  ...{ id: 'evt_1', organizationId: 'org_1', sequence: 7, at: '2026-11-29T22:11:00.123Z' },
  actor: { type: 'key', memberId: 'mem_1', keyId: 'key_1' },
  action: 'api_key.update',
  target: { type: 'api_key', id: 'key_2', name: 'ci "main", eu', workspaceId: 'ws_1' },
  before: null,
  after: { name: '=1+1', tags: ['a,b', '"'] },
  ...{ ip: '203.0.113.9', userAgent: null, requestId: 'req_1' },
};

const named = (name: string) => cellsOf(csvLine({ ...EVENT, target: { ...EVENT.target, name } }));

/** A reader of RFC 4180, written from its grammar. */
function cellsOf(line: string): string[] {
  const [, record] = /^([\s\S]*)\r\n$/.exec(line) ?? [];
  const cells = record?.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g) ?? [];
  return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

it('has a cell for each name of its header, nested values as JSON', () => {
  const cells = Object.fromEntries(
    cellsOf(csvHeader()).map((name, at) => [name, cellsOf(csvLine(EVENT))[at]]),
  );
  expect(cells).toMatchObject({
    ...{ sequence: '7', at: EVENT.at, actorType: 'key', actorId: 'key_1', actorMemberId: 'mem_1' },
    ...{ targetName: 'ci "main", eu', targetWorkspaceId: 'ws_1', before: '', userAgent: '' },
    after: '{"name":"=1+1","tags":["a,b","\\""]}',
  });
});

const HOSTILE = [...'=+-@,;"\'\t\r\n \\a\u0000\u007f\u200b\u202e\u2028\ud800＝😀', '""', '\r\n'];

describe('a hostile name', () => {
  it.each(['=cmd|"/c calc"!A1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1'])(
    'is no formula: %j',
    (name) => expect(named(name)[10]).toMatch(/^'/),
  );

  it('cannot reorder, hide or end the line that it is in', () => {
    const name = 'a\u202egnp.exe\u0007\r\nnext,"row"\u2028\u200b';
    const line = csvLine({ ...EVENT, target: { ...EVENT.target, name } });
    expect(line.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu)).toEqual(['\r', '\n']);
    expect(cellsOf(line)[10]).toBe('a\\u202egnp.exe\\u0007\\u000d\\u000anext,"row"\\u2028\\u200b');
  });

  it('leaves the cells of a line what they are, whatever it is', () => {
    const count = cellsOf(csvHeader()).length;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...HOSTILE)), (characters) => {
        const name = characters.join('');
        const cells = named(name);
        expect(cells).toHaveLength(count);
        expect(cells[10]).not.toMatch(/^\s*[=+\-@\t\r]/);
        expect(cells.at(-1)).toBe(JSON.stringify(EVENT.after));
      }),
      { numRuns: process.env.LONG ? 10_000 : 50 },
    );
  });
});
