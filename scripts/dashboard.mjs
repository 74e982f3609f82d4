import { buildOnce } from './build-once.mjs';

/** Builds the dashboard unless it is built of these very sources. */
export function buildDashboard() {
  return buildOnce({
    what: 'the dashboard',
    folder: 'apps/dashboard',
    sources: ['apps/dashboard', 'packages', 'package-lock.json'],
    args: [],
  });
}
