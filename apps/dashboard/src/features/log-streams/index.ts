/** Log streams: where the whole audit log is sent, and how far each has come. */
export { LogStreamPage } from './log-stream-detail-page.tsx';
export { LogStreamsPage } from './log-streams-page.tsx';
