import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '@tollkeeper/sdk';

/** Network mode "always": a self-hosted server can be reached without the internet. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: shouldRetry, networkMode: 'always', staleTime: 5_000 },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** A refusal stays a refusal, and so does an answer that cannot be read. */
function shouldRetry(failures: number, error: Error): boolean {
  const passing = error instanceof ApiError ? error.status >= 500 : error instanceof TypeError;
  return passing && failures < 2;
}
