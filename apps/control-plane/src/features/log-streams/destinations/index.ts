/** The log systems that a stream can send to, each in its documented format. */
import { datadog } from './datadog.ts';
import type { Destinations } from './destination.ts';
import { https } from './https.ts';
import { otlp } from './otlp.ts';
import { s3 } from './s3.ts';
import { splunk } from './splunk.ts';

export type { Batch, BatchAnswer, BatchResult, OpenStream, StreamRow } from './destination.ts';
export { openStream } from './open-stream.ts';

export const DESTINATIONS: Destinations = { splunk, datadog, otlp, s3, https };
