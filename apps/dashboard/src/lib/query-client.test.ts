import { QueryObserver } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { createQueryClient, refetchAffected } from './query-client.ts';

it('asks anew for what was first asked before the change, and shows no answer from before it', async () => {
  const client = createQueryClient();
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const read = vi.fn(() => answers[read.mock.calls.length - 1]?.promise);
  const observer = new QueryObserver(client, { queryKey: ['keys'], queryFn: read });
  const seen: unknown[] = [];
  observer.subscribe(({ data }) => seen.push(data));

  const refetched = refetchAffected(client, { queryKey: ['keys'] });
  answers[0]?.resolve('before');
  answers[1]?.resolve('after');
  await refetched;

  expect(read).toHaveBeenCalledTimes(2);
  expect(seen.filter((data) => data !== undefined)).toEqual(['after']);
});
