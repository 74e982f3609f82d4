import type { Noun } from '../command/verb.ts';
import { exportEvents } from './audit/export-events.ts';
import { listEvents } from './audit/list-events.ts';
import { setRetention } from './audit/set-retention.ts';
import { showEvent } from './audit/show-event.ts';
import { showLog } from './audit/show-log.ts';
import { verifyLog } from './audit/verify-log.ts';

export const audit: Noun = {
  verbs: [listEvents, showEvent, showLog, exportEvents, setRetention, verifyLog],
};
