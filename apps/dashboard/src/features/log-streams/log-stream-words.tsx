import type { LogStream, LogStreamDestination, LogStreamHealth } from '@tollkeeper/contract';
import { StatusWord } from '../../components/status-word.tsx';

export const DESTINATION_WORDS: Readonly<Record<LogStreamDestination, string>> = {
  splunk: 'Splunk',
  datadog: 'Datadog',
  otlp: 'OpenTelemetry',
  s3: 'S3',
  https: 'HTTPS',
};

const HEALTHS: Readonly<
  Record<LogStreamHealth, readonly ['good' | 'warn' | 'bad' | 'off', string]>
> = {
  healthy: ['good', 'Healthy'],
  delayed: ['warn', 'Delayed'],
  failing: ['bad', 'Failing'],
  paused: ['off', 'Paused'],
};

export function StreamHealth({ health }: Pick<LogStream, 'health'>) {
  const [tone, words] = HEALTHS[health];
  return <StatusWord tone={tone}>{words}</StatusWord>;
}

/** Where a stream sends to, in a few words. */
export function placeWords({ destination, bucket, url, site }: LogStream): string {
  return [DESTINATION_WORDS[destination], bucket ?? url ?? site ?? ''].join(' ').trim();
}
