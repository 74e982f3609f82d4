import { expect, it } from 'vitest';
import { prepareRoutes } from '../request/routes.ts';
import { testConfig } from '../testing/test-config.ts';
import { until } from '../testing/until.ts';
import { createUpstreams } from './upstreams.ts';

it('keeps the connections of routes that are gone until the last of their calls has ended', async () => {
  const upstreams = createUpstreams();
  const routes = prepareRoutes((await testConfig('http://127.0.0.1:1')).routes);
  upstreams.use(routes);
  const pool = routes[0] && upstreams.targetOf(routes[0])?.pool;
  let hasEnded = false;
  let asked = 0;
  upstreams.use([], () => {
    asked++;
    return hasEnded;
  });
  await until('it asked', () => asked > 0);
  expect(pool?.closed).toBe(false);
  hasEnded = true;
  await until('it was closed', () => pool?.closed);
});
