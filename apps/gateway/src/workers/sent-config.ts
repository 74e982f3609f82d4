import type { Config, RouteConfig } from '../config/config.ts';

/** A configuration in a form that can be sent to another process: addresses are texts. */
export interface SentConfig extends Omit<Config, 'routes'> {
  readonly routes: readonly SentRoute[];
}
type SentRoute = Omit<RouteConfig, 'upstream'> & { readonly upstream: string | null };

/** The configuration of one worker, which takes its share of the connections. */
export function packConfig(config: Config): SentConfig {
  const { limits, workers } = config;
  const connectionsMax = Math.ceil(limits.connectionsMax / workers);
  const routes = config.routes.map((route) => ({
    ...route,
    upstream: route.upstream?.href ?? null,
  }));
  return { ...config, limits: { ...limits, connectionsMax }, routes };
}

export function unpackConfig(sent: SentConfig): Config {
  const routes = sent.routes.map((route) => ({
    ...route,
    upstream: route.upstream === null ? null : new URL(route.upstream),
  }));
  return { ...sent, routes };
}
