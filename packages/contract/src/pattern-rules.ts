import { z } from 'zod';
import {
  AUDIT_ACTION_FILTER,
  AUDIT_ACTION_FILTER_RULE,
  AUDIT_ACTOR_ID,
  AUDIT_ACTOR_ID_RULE,
  EXPORT_CURSOR,
  EXPORT_CURSOR_RULE,
} from './audit-event-schemas.ts';
import { ID_RULES } from './ids.ts';
import { CALL_PATH, CALL_PATH_RULE, HTTP_METHOD, HTTP_METHOD_RULE } from './policy-request.ts';
import { TILE_PATH, TILE_PATH_RULE } from './routes/audit-log.ts';
import {
  API_SCOPE_NAME,
  API_SCOPE_NAME_RULE,
  NO_BUILT_IN_GROUP,
  NO_BUILT_IN_GROUP_RULE,
} from './scopes.ts';
import { TAG, TAG_RULE } from './tags.ts';
import {
  CURSOR,
  CURSOR_RULE,
  INSTANT_WITH_OFFSET,
  INSTANT_WITH_OFFSET_RULE,
  IP_ADDRESS,
  IP_ADDRESS_RULE,
  IP_RANGE,
  IP_RANGE_RULE,
  LABEL_NAME,
  LABEL_NAME_RULE,
  LABEL_VALUE,
  LABEL_VALUE_RULE,
  NO_SECRET,
  NO_SECRET_IN_LINES,
  NO_SECRET_RULE,
  PUBLIC_KEY,
  PUBLIC_KEY_RULE,
  SLUG,
  SLUG_RULE,
  SOURCE_TEXT,
  SOURCE_TEXT_RULE,
  VISIBLE_LINE,
  VISIBLE_LINE_RULE,
} from './text.ts';
import { WEBHOOK_URL, WEBHOOK_URL_RULE } from './webhook-schemas.ts';

/**
 * What a pattern asks for, in words, by its source: JSON Schema, which the server validates by,
 * has no place for the messages of Zod.
 */
export const PATTERN_RULES: ReadonlyMap<string, string> = new Map([
  ...ID_RULES,
  ...(
    [
      [VISIBLE_LINE, VISIBLE_LINE_RULE],
      [AUDIT_ACTION_FILTER, AUDIT_ACTION_FILTER_RULE],
      [AUDIT_ACTOR_ID, AUDIT_ACTOR_ID_RULE],
      [EXPORT_CURSOR, EXPORT_CURSOR_RULE],
      [TILE_PATH, TILE_PATH_RULE],
      [TAG, TAG_RULE],
      [WEBHOOK_URL, WEBHOOK_URL_RULE],
      [NO_SECRET, NO_SECRET_RULE],
      [SOURCE_TEXT, SOURCE_TEXT_RULE],
      [NO_SECRET_IN_LINES, NO_SECRET_RULE],
      [CURSOR, CURSOR_RULE],
      [SLUG, SLUG_RULE],
      [API_SCOPE_NAME, API_SCOPE_NAME_RULE],
      [NO_BUILT_IN_GROUP, NO_BUILT_IN_GROUP_RULE],
      [PUBLIC_KEY, PUBLIC_KEY_RULE],
      [IP_ADDRESS, IP_ADDRESS_RULE],
      [IP_RANGE, IP_RANGE_RULE],
      [LABEL_NAME, LABEL_NAME_RULE],
      [LABEL_VALUE, LABEL_VALUE_RULE],
      [INSTANT_WITH_OFFSET, INSTANT_WITH_OFFSET_RULE],
      [HTTP_METHOD, HTTP_METHOD_RULE],
      [CALL_PATH, CALL_PATH_RULE],
      [z.regexes.email, 'must be an email address'],
    ] as const
  ).map(([pattern, rule]) => [pattern.source, rule] as const),
]);
