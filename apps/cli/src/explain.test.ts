import { decisionDetail, ERRORS, type ErrorCode, type Problem } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { CliContext } from './cli-context.ts';
import { addNoun } from './command/add-verb.ts';
import { COMMANDS } from './commands/index.ts';
import { exitCodeOf, explain } from './explain.ts';
import { EXIT, Failure } from './failure.ts';

function problem(code: ErrorCode, more: Partial<Problem> = {}): Problem {
  const { status, title } = ERRORS[code];
  return { type: 'about:blank', title, status, code, detail: title, requestId: 'req_1', ...more };
}

test.each<[ErrorCode, number]>([
  ['unauthenticated', 3],
  ['revoked', 3],
  ['insufficient_scope', 4],
  ['member_suspended', 4],
  ['not_found', 5],
  ['invalid_state', 6],
  ['plan_limit_reached', 7],
  ['unavailable', 8],
  ['validation_failed', 9],
  ['malformed_request', 9],
  ['rate_limited', 1],
  ['internal', 1],
])('a refusal with %s exits with %i', (code, exitCode) => {
  expect(exitCodeOf(problem(code))).toBe(exitCode);
});

test('a server that is no Tollkeeper counts as unreachable, whatever status it answers', () => {
  expect(exitCodeOf({ code: 'unavailable', status: 404 })).toBe(EXIT.unreachable);
});

test('every code of the contract has an exit code other than success', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    expect(exitCodeOf(problem(code))).not.toBe(EXIT.ok);
  }
});

test('the limit of a plan names the commands that help', () => {
  const { lines } = explain(new ApiError(problem('plan_limit_reached')));
  expect(lines.join('\n')).toContain('"tollkeeper keys revoke <key>"');
  expect(lines.join('\n')).toContain('"tollkeeper billing change <plan>"');
});

test('a scope that the sentence names is not repeated, and any other is listed', () => {
  const detail = decisionDetail('insufficient_scope', ['api_keys.read']);
  const named = { detail, scopes: ['api_keys.read'] };
  const linesOf = (scopes: string[]) =>
    explain(new ApiError(problem('insufficient_scope', { ...named, scopes }))).lines;
  expect(linesOf(['api_keys.read'])).toEqual([detail, 'Request req_1']);
  expect(linesOf(['api_keys.read', 'usage.read'])[1]).toBe('  Scopes at fault: usage.read');
});

test('a refusal tells what was wrong, each field at fault, and the request', () => {
  const error = new ApiError(
    problem('validation_failed', {
      detail: 'The request is not valid.',
      errors: [{ path: 'expiresAt', message: 'must be in the future' }],
    }),
  );
  expect(explain(error)).toEqual({
    exitCode: EXIT.invalidInput,
    lines: ['The request is not valid.', '  expiresAt: must be in the future', 'Request req_1'],
  });
});

test('a bound of a field with a unit is reported as a duration', () => {
  const bound = (path: string, message: string) => {
    const error = new ApiError(
      problem('validation_failed', {
        detail: `"${path}" ${message}.`,
        errors: [{ path, message }],
      }),
    );
    return explain(error).lines[0];
  };
  expect(bound('lifetimeSeconds', 'must be at most 2592000')).toContain('must be at most 30 days.');
  expect(bound('graceSeconds', 'must be at least 90')).toContain('must be at least 90 seconds.');
  expect(bound('sessionHoursMax', 'must be at least 1')).toContain('must be at least 1 hour.');
  expect(bound('usesMax', 'must be at most 1000')).toContain('must be at most 1000.');
});

test('nothing that a server says reaches the terminal as a control character', () => {
  const error = new ApiError(problem('not_found', { detail: 'No key "\u001b[2J".' }));
  expect(explain(error).lines[0]).toBe('No key "\\x1b[2J".');
  const failure = new Failure(EXIT.usage, 'two\nlines', { details: ['\u001b[1A'] });
  expect(explain(failure).lines).toEqual(['two\\x0alines', '\\x1b[1A']);
});

test.each([
  ['audit retention', 'retentionDays', '<days>'],
  ['notifications set-digest', 'digestHour', '<hour>'],
  ['compliance start', 'endsAt', '--ends'],
  ['compliance start', 'disablesUnconfirmed', '--disable'],
  ['compliance start', 'workspaceId', '--workspace'],
  ['compliance extend', 'reviewerId', '--reviewer'],
  ['compliance report', 'unusedDays', '--unused-days'],
  ['webhooks create', 'eventTypes', '--events'],
  ['webhooks update', 'isOrdered', '--ordered'],
  ['log-streams update', 'secret', '--secret-stdin'],
  ['organization transfer', 'password', '--password-stdin'],
  ['log-streams create', 'tags', '--tags'],
  ['log-streams create', 'startAt', '--start-at'],
  ['log-streams create', 'destination', '<destination>'],
  ['keys create', 'tags', '--tag'],
])('%s calls the field %s of the API %s', async (words, field, term) => {
  const [noun, verb] = words.split(' ');
  const loaded = await COMMANDS.find(({ name }) => name === noun)?.load();
  if (!loaded || !('verbs' in loaded)) throw new Error(`There is no command ${noun}`);
  const parent = new Command();
  addNoun(parent, loaded, { ctx: { env: {} } as unknown as CliContext, exitCode: EXIT.ok });
  const command = parent.commands.find((each) => each.name() === verb);
  const refusal = (detail: string) => {
    const errors = [{ path: field, message: 'must be something else' }];
    const error = new ApiError(problem('validation_failed', { detail, errors }));
    return explain(error, command).lines[0];
  };
  const expected = `${term} must be something else.`;
  expect(refusal(`"${field}" must be something else.`)).toBe(expected);
  expect(refusal(`The field "${field}" must be something else.`)).toBe(expected);
});
