/** Audit events on their way to log systems. */

export { deliverLogStreams, deliverStreamsDue } from './deliver-log-streams.ts';
export { eventColumns, eventOf, testBatch } from './plan-batch.ts';
export { DELIVER_LOG_STREAMS } from './report-stream.ts';
export { sendBatch } from './send-batch.ts';
