/** Log streams: the whole audit log, in order, to the log systems of an organization. */

export { DELIVER_LOG_STREAMS, deliverLogStreams, deliverStreamsDue } from './delivery/index.ts';
export { getLogStream, listLogStreamAttempts, listLogStreams } from './list-log-streams.ts';
export { LOG_STREAM_KEY_INFO, type LogStreamServices } from './log-stream-services.ts';
export { deleteLogStream, pauseLogStream, resumeLogStream } from './manage-log-stream.ts';
export { createLogStream, updateLogStream } from './save-log-stream.ts';
export { testLogStream } from './test-log-stream.ts';
