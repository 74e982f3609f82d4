import { expect, it } from 'vitest';
import { forget, type Memory, recall, remember } from './memory.ts';

const ENTRIES_MAX = 10_000;

it('forgets the oldest beyond what it keeps, and grows by nothing that it has forgotten', () => {
  const memory: Memory = new Map();
  const known = { row: {}, asText: '()' };
  for (let id = 0; id < ENTRIES_MAX + 50; id += 1) remember(memory, 'read', [id], known);
  expect(recall(memory, 'read', [49])).toBeUndefined();
  expect(recall(memory, 'read', [50])).toBe(known);

  for (let id = 0; id < 50; id += 1) forget(memory, 'read', [id]);
  expect(memory.size).toBe(ENTRIES_MAX);
});
