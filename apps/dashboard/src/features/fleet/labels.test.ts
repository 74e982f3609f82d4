import { expect, it } from 'vitest';
import { addLabels, labelTokens, removeLabel, splitLabels } from './labels.tsx';

it('takes pasted labels apart and keeps what is none for correction', () => {
  expect(splitLabels('region=eu-1, team/owner=payments;spot=\nregion =x Bad=1 a=b=c')).toEqual({
    good: ['region=eu-1', 'team/owner=payments', 'spot='],
    bad: ['region', '=x', 'Bad=1', 'a=b=c'],
  });
});

it('shows labels in the order of their names', () => {
  expect(labelTokens({ rack10: 'b', tier: 'edge', rack1: 'a' })).toEqual([
    'rack1=a',
    'rack10=b',
    'tier=edge',
  ]);
});

it('gives a name its last value', () => {
  const labels = addLabels({ region: 'eu-1', tier: 'edge' }, ['region=us-1', 'region=us-2']);
  expect(labelTokens(labels)).toEqual(['region=us-2', 'tier=edge']);
});

it('removes a label by its name', () => {
  expect(removeLabel({ region: 'eu-1', tier: 'edge' }, 'region=eu-1')).toEqual({ tier: 'edge' });
});
