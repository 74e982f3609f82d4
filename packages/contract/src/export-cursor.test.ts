import { expect, it } from 'vitest';
import { EXPORT_CURSOR } from './audit-event-schemas.ts';
import { exportCursor, isBeforeEvents } from './export-cursor.ts';

const HEAD = JSON.stringify({ checkpoint: 'keys.example/org_1\n9000\nroot\n', publicKey: 'k' });

it.each([
  ['jsonl', '{"id":"evt_1","sequence":7}', '{"id":"evt_2","sequence":4711}', '4711'],
  ['jsonl', HEAD, '{"id":"evt_2","sequence":4711}', '4711-9000'],
  ['jsonl', HEAD, '{"skipped":{"start":4608,"end":4864,"hash":"aGFzaA=="}}', '4864-9000'],
  ['jsonl', HEAD, '{"missing":{"start":7,"end":8,"hash":"aGFzaA=="}}', '8-9000'],
  ['ocsf', '{"metadata":{"sequence":1}}', '{"metadata":{"sequence":12}}', '12'],
  ['csv', 'sequence,id', '12,evt_2,"api_key.create"', '12'],
] as const)('goes on in %s after the last line', (format, first, last, cursor) => {
  expect(exportCursor(first, last, format)).toBe(cursor);
  expect(cursor).toMatch(EXPORT_CURSOR);
});

it('begins again where no event has come', () => {
  expect(exportCursor(HEAD, HEAD, 'jsonl')).toBeUndefined();
  expect(exportCursor('', '', 'ocsf')).toBeUndefined();
  expect(exportCursor('sequence,id', 'sequence,id', 'csv')).toBeUndefined();
});

it.each(['{"colour":"red"}', '{"sequence":1.5}', 'seven'])('refuses "%s"', (line) => {
  expect(() => exportCursor(line, line, 'jsonl')).toThrow(SyntaxError);
});

it('goes on with the proofs of later events, and not after them', () => {
  const [hashes, pruned] = ['{"leafHashes":"aGFzaA=="}', '{"pruned":{"leaf":"{}"}}'];
  expect([hashes, pruned].map(isBeforeEvents)).toEqual([true, true]);
  const after = ['{"id":"evt_1","sequence":7,"before":{"pruned":{}}}', '{"skipped":{}}', HEAD, ''];
  expect(after.filter(isBeforeEvents)).toEqual([]);
});
