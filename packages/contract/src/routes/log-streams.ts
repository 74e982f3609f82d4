import { z } from 'zod';
import { edit } from '../edit.ts';
import { logStreamId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import {
  LOG_STREAM_DESTINATIONS,
  LOG_STREAM_FORMATS,
  LOG_STREAM_STARTS,
  logStream,
  logStreamAttempt,
  logStreamSettings,
  logStreamTest,
} from '../log-stream-schemas.ts';
import { defineRoute } from '../route.ts';
import { visibleLine } from '../text.ts';

const tag = 'Log streams';
const access = 'audit.webhook_manage';
const params = z.strictObject({ id: logStreamId });
const name = visibleLine(64).meta({ examples: ['Splunk'] });
const format = z.enum(LOG_STREAM_FORMATS);
const settings = z.strictObject(logStreamSettings).partial().shape;
const { url, index, tags, prefix, header, secret } = logStreamSettings;

export const listLogStreams = defineRoute({
  method: 'GET',
  path: '/v1/log-streams',
  access,
  summary: 'List log streams',
  tag,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(logStream),
  errors: ['outside_workspace'],
});

export const createLogStream = defineRoute({
  method: 'POST',
  path: '/v1/log-streams',
  access,
  summary:
    'Create a log stream, which sends the whole audit log to a log system; asks for audit.read as well',
  tag,
  body: z.strictObject({
    name,
    destination: z.enum(LOG_STREAM_DESTINATIONS),
    format: format.default('native'),
    startAt: z.enum(LOG_STREAM_STARTS).default('beginning').meta({
      description:
        '`beginning`: all events that the log has, and what happens from now on; `now`: only the latter',
    }),
    ...settings,
  }),
  status: 201,
  response: logStream,
  errors: ['outside_workspace', 'invalid_state', 'idempotency_conflict'],
  idempotent: true,
});

export const getLogStream = defineRoute({
  method: 'GET',
  path: '/v1/log-streams/{id}',
  access,
  summary: 'Read a log stream with its health',
  tag,
  params,
  status: 200,
  response: logStream,
  errors: ['not_found'],
});

export const updateLogStream = defineRoute({
  method: 'PATCH',
  path: '/v1/log-streams/{id}',
  access,
  summary:
    'Edit a log stream. To send elsewhere, or by another secret, asks for audit.read as well, and to send elsewhere for the secret too',
  tag,
  params,
  body: edit({
    name: name.optional(),
    format: format.optional(),
    ...settings,
    url: url.nullable().optional(),
    index: index.nullable().optional(),
    tags: tags.nullable().optional(),
    prefix: prefix.nullable().optional(),
    header: header.nullable().optional(),
    secret: secret.nullable().optional(),
  }),
  status: 200,
  response: logStream,
  errors: ['not_found', 'edit_conflict'],
});

export const deleteLogStream = defineRoute({
  method: 'DELETE',
  path: '/v1/log-streams/{id}',
  access,
  summary: 'Delete a log stream',
  tag,
  params,
  status: 204,
  errors: ['not_found'],
});

export const pauseLogStream = defineRoute({
  method: 'POST',
  path: '/v1/log-streams/{id}/pause',
  access,
  summary: 'Pause a log stream: events wait, for as long as the log keeps them',
  tag,
  params,
  status: 200,
  response: logStream,
  errors: ['not_found', 'invalid_state'],
});

export const resumeLogStream = defineRoute({
  method: 'POST',
  path: '/v1/log-streams/{id}/resume',
  access,
  summary: 'Resume a log stream where it was paused, or try one that fails again at once',
  tag,
  params,
  status: 200,
  response: logStream,
  errors: ['not_found', 'invalid_state'],
});

export const testLogStream = defineRoute({
  method: 'POST',
  path: '/v1/log-streams/{id}/test',
  access,
  summary:
    'Send a test event to the destination now, even while the stream is paused, and answer with what it said',
  tag,
  params,
  status: 200,
  response: logStreamTest,
  errors: ['not_found', 'rate_limited'],
});

export const listLogStreamAttempts = defineRoute({
  method: 'GET',
  path: '/v1/log-streams/{id}/attempts',
  access,
  summary: 'List the last 200 attempts of a log stream, newest first; asks for audit.read as well',
  tag,
  params,
  query: z.strictObject({ ...listQuery, limit: listQuery.limit.default(20) }),
  status: 200,
  response: listOf(logStreamAttempt),
  errors: ['not_found'],
});
