import { z } from 'zod';

/**
 * One line of text that a person reads: no control characters, lone surrogates, line separators,
 * zero-width or bidirectional-override characters, since those make one name pass for another
 * (ASVS 1.2.10; Unicode TR 36). Never empty or only white space.
 */
export const VISIBLE_LINE =
  /^(?!\s*$)[^\p{Cc}\p{Cs}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uFEFF]*$/u;

export const VISIBLE_LINE_RULE =
  'must be visible text on one line, without control or direction-override characters';

/** What is stored and shown must not hold a key: people paste them into any field. */
export const NO_SECRET = /^(?!.*tk_(?:live|test|join)_[0-9A-Za-z]{38})/;

export const NO_SECRET_RULE = 'must not hold an API key';

/**
 * Source text of several lines. What hides text from a reader, or makes it read in another order than
 * it has, is refused: a policy must do what it seems to do (CVE-2021-42574).
 */
export const SOURCE_TEXT =
  /^(?:[\t\n\r]|[^\p{Cc}\p{Cs}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uFEFF])*$/u;

export const SOURCE_TEXT_RULE =
  'must be visible text, without control or direction-override characters';

/** As `NO_SECRET`, over all lines. */
export const NO_SECRET_IN_LINES = /^(?![\s\S]*tk_(?:live|test|join)_[0-9A-Za-z]{38})/;

export const CURSOR = /^[A-Za-z0-9_-]+$/;

export const CURSOR_RULE = 'must be the nextCursor of the page before, unchanged';

export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

export const SLUG_RULE =
  'must have 1 to 48 lower-case letters, digits and hyphens, and no hyphen at its ends';

/** @param max the longest text, in characters */
export function visibleLine(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(VISIBLE_LINE, VISIBLE_LINE_RULE)
    .regex(NO_SECRET, NO_SECRET_RULE);
}

/** @param max the longest text, in characters */
export function cedarText(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(SOURCE_TEXT, SOURCE_TEXT_RULE)
    .regex(NO_SECRET_IN_LINES, NO_SECRET_RULE);
}

export const keyName = visibleLine(64).meta({
  description: 'A descriptive name, such as cursor-dev, ci-pipeline or staging-gateway',
  examples: ['ci-pipeline'],
});

/** A time in UTC, as every answer writes it (ISO 8601). */
export const instant = z.iso.datetime().meta({ examples: ['2027-01-31T12:00:00.000Z'] });

export const INSTANT_WITH_OFFSET_RULE =
  'must be a time such as 2027-01-31T12:00:00Z or 2027-01-31T13:00:00+01:00';
const UPPER_CASE_INSTANT = z.regexes.datetime({ offset: true }).source;
/** RFC 3339 allows the lower-case letters as well, and some programs write them. */
export const INSTANT_WITH_OFFSET = new RegExp(
  UPPER_CASE_INSTANT.replace('T', '[Tt]').replace('Z', '[Zz]'),
);

/** A time as a request may write it: with any offset from UTC (ISO 8601, RFC 3339). */
export const instantWithOffset = z
  .string()
  .regex(INSTANT_WITH_OFFSET, INSTANT_WITH_OFFSET_RULE)
  .meta({
    format: 'date-time',
    examples: ['2027-01-31T12:00:00.000Z', '2027-01-31T13:00:00+01:00'],
  });

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4_ADDRESS = `${OCTET}(?:\\.${OCTET}){3}`;
const IPV6_ADDRESS = '[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*';
const IPV4_RANGE = `${IPV4_ADDRESS}(?:/(?:3[0-2]|[12]?\\d))?`;
const IPV6_RANGE = `${IPV6_ADDRESS}(?:/(?:12[0-8]|1[01]\\d|[1-9]?\\d))?`;
export const IP_RANGE = new RegExp(`^(?:${IPV4_RANGE}|${IPV6_RANGE})$`);

export const IP_RANGE_RULE = 'must be an IP address or a CIDR range such as 10.0.0.0/8';

export const IP_ADDRESS = new RegExp(`^(?:${IPV4_ADDRESS}|${IPV6_ADDRESS})$`);

export const IP_ADDRESS_RULE = 'must be an IPv4 or IPv6 address';

/** An IPv4 or IPv6 address. The pattern is the outline; the server parses what passes it. */
export const ipAddress = z
  .string()
  .max(45)
  .regex(IP_ADDRESS, IP_ADDRESS_RULE)
  .meta({ examples: ['203.0.113.9'] });

/**
 * An IPv4 or IPv6 address, or a range of them in CIDR notation (RFC 4632, RFC 4291). The pattern
 * is the outline; the server parses what passes it.
 */
export const ipRange = z
  .string()
  .max(49)
  .regex(IP_RANGE, IP_RANGE_RULE)
  .meta({ examples: ['10.0.0.0/8'] });

export const LABEL_NAME = /^[a-z0-9](?:[a-z0-9._/-]{0,61}[a-z0-9])?$/;
export const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
export const LABEL_NAME_RULE = 'must be a name such as region or team/owner';
export const LABEL_VALUE_RULE = 'must be up to 63 letters, digits, dots, dashes and underscores';
export const LABELS_MAX = 16;

/** What people tell gateways apart by, such as region=eu-1: the alphabet of Kubernetes' labels. */
export const labels = z
  .record(
    z.string().regex(LABEL_NAME, LABEL_NAME_RULE),
    z.string().regex(LABEL_VALUE, LABEL_VALUE_RULE).regex(NO_SECRET, NO_SECRET_RULE),
  )
  .refine((each) => Object.keys(each).length <= LABELS_MAX, `must be at most ${LABELS_MAX} labels`)
  .meta({ maxProperties: LABELS_MAX, examples: [{ region: 'eu-1' }] });
export type Labels = z.output<typeof labels>;

/** An Ed25519 public key: 32 bytes in base64url, as the `x` of a JWK has it (RFC 8037). */
export const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

export const PUBLIC_KEY_RULE = 'must be an Ed25519 public key: 32 bytes in base64url';

export const publicKey = z.string().regex(PUBLIC_KEY, PUBLIC_KEY_RULE);
