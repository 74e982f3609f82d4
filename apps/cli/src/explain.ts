import type { Problem } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import { kebabCase } from './command/add-verb.ts';
import { ERROR_CODES, EXIT, type ExitCode, Failure } from './failure.ts';
import {
  asksOrganization,
  DEFAULT_URL,
  loginCommand,
  ORGANIZATION_ADVICE,
} from './session/connect.ts';
import { findCredentials } from './session/credentials.ts';
import { counted } from './text/format.ts';
import { visibleText } from './text/visible-text.ts';

interface Explanation {
  readonly exitCode: ExitCode;
  /** Lines for standard error, safe for a terminal. */
  readonly lines: readonly string[];
}

/** An error as a script reads it under --json. */
interface ErrorReport {
  /** Of the API, or of the table ERROR_CODES. */
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  /** What else the API said about it. */
  readonly [detail: string]: unknown;
}

/**
 * The error that --json prints: its message as `explain` has it, and beside it what the API said.
 * @param command as for `explain`
 */
export function report(error: unknown, command?: Command): ErrorReport {
  const { exitCode, lines } = explain(error, command);
  if (error instanceof ApiError) {
    const { type: _, title: __, detail, code, ...details } = error.problem;
    return { code, message: lines[0] ?? detail, exitCode, ...details };
  }
  return { code: ERROR_CODES[exitCode], message: lines.join('\n'), exitCode };
}

/**
 * Turns whatever ended a command into what a person reads and a script tests.
 * @param command whose options and arguments stand for the fields of the API
 */
export function explain(error: unknown, command?: Command): Explanation {
  if (error instanceof Failure) {
    const { exitCode, message, details } = error;
    return { exitCode, lines: [message, ...details].map(visibleText) };
  }
  if (error instanceof ApiError) return explainProblem(error.problem, command);
  if (error instanceof SyntaxError) {
    const text =
      'The server did not answer with JSON. Check that the address is that of a Tollkeeper server.';
    return { exitCode: EXIT.unreachable, lines: [text] };
  }
  if (error instanceof Error && error.name === 'ZodError') {
    const place = visibleText(firstPath(error));
    const text = `The server sent an answer that this version does not understand (at "${place}"). Run the same version of Tollkeeper on both sides.`;
    return { exitCode: EXIT.unexpected, lines: [text] };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { exitCode: EXIT.unexpected, lines: [visibleText(`Unexpected error: ${text}`)] };
}

const PLAN_ADVICE =
  'Run "tollkeeper keys revoke <key>", or "tollkeeper billing change <plan>" for a higher limit.';

function explainProblem(answer: Problem, command: Command | undefined): Explanation {
  const problem = withUnits(answer);
  // A sentence that already names each field need not be followed by them.
  const fields = (problem.errors ?? [])
    .filter(({ message }) => !problem.detail.includes(message))
    .map(({ path, message }) => {
      const name = termOf(path, command) ?? path;
      return inCommandTerms(name === '' ? `  ${message}` : `  ${name}: ${message}`, command);
    });
  const sentence = inOptions(problem, inCommandTerms(problem.detail, command), command);
  const advice = problem.code === 'plan_limit_reached' ? [PLAN_ADVICE] : [];
  const request = problem.requestId === '' ? [] : [`Request ${problem.requestId}`];
  const lines = [
    sentence,
    ...advice,
    ...fields,
    ...scopesAtFault(problem, sentence),
    ...request,
  ].map(visibleText);
  return { exitCode: exitCodeOf(problem), lines };
}

const UNIT_OF_FIELD = /(Seconds|Hours|Days)(?:Max)?$/;
const UNIT_SECONDS: Readonly<Record<string, number>> = { Seconds: 1, Hours: 3600, Days: 86_400 };

/** Bounds as durations: "at most 2592000" of a field in seconds is "at most 30 days". */
function withUnits(problem: Problem): Problem {
  let { detail } = problem;
  const errors = problem.errors?.map(({ path, message }) => {
    const unit = UNIT_SECONDS[UNIT_OF_FIELD.exec(path)?.[1] ?? ''];
    if (unit === undefined) return { path, message };
    const text = message.replace(/\b(at (?:most|least)) (\d+)$/, (_, bound, count) => {
      return `${bound} ${durationText(Number(count) * unit)}`;
    });
    detail = detail.replace(message, text);
    return { path, message: text };
  });
  return { ...problem, detail, ...(errors ? { errors } : {}) };
}

function durationText(seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  const [noun, length] = units.find(([, length]) => seconds % length === 0) ?? ['second', 1];
  return counted(seconds / length, noun);
}

/** The sentence, with options in place of the fields at fault that it quotes. */
function inOptions({ errors = [] }: Problem, text: string, command: Command | undefined): string {
  return errors.reduce((sentence, { path }) => {
    const term = termOf(path, command);
    return term === undefined ? sentence : sentence.replaceAll(`"${path}"`, term);
  }, text);
}

/** The exit code of a refusal by the API. */
export function exitCodeOf(problem: Pick<Problem, 'code' | 'status'>): ExitCode {
  if (problem.code === 'plan_limit_reached') return EXIT.planLimit;
  if (problem.code === 'unavailable') return EXIT.unreachable;
  switch (problem.status) {
    case 401:
      return EXIT.unauthenticated;
    case 403:
      return EXIT.forbidden;
    case 404:
      return EXIT.notFound;
    case 409:
    case 412:
      return EXIT.conflict;
    case 400:
    case 413:
    case 415:
    case 422:
      return EXIT.invalidInput;
    default:
      return EXIT.unexpected;
  }
}

function scopesAtFault({ scopes = [] }: Problem, sentence: string): readonly string[] {
  const unnamed = scopes.filter((scope) => !sentence.includes(`"${scope}"`));
  return unnamed.length === 0 ? [] : [`  Scopes at fault: ${unnamed.join(', ')}`];
}

/** Where an answer left the contract, from the error of Zod's that the client throws. */
function firstPath(error: Error): string {
  const issues = 'issues' in error && Array.isArray(error.issues) ? error.issues : [];
  const path: unknown = issues[0]?.path;
  return Array.isArray(path) && path.length > 0 ? path.join('.') : 'its top';
}

/** What the server's own sentence cannot know: what to do on the command line. */
export async function adviceOn(error: unknown, ctx: CliContext): Promise<readonly string[]> {
  if (asksOrganization(error)) return [ORGANIZATION_ADVICE];
  if (error instanceof ApiError && error.problem.code === 'recent_sign_in_required') {
    return ['Run "tollkeeper login" again, then repeat the command within ten minutes.'];
  }
  return error instanceof ApiError && error.status === 401 ? [await signInAdvice(ctx)] : [];
}

/** What to do about a credential that the server refused. */
async function signInAdvice(ctx: CliContext): Promise<string> {
  if (ctx.env.TOLLKEEPER_API_KEY) {
    return 'Set TOLLKEEPER_API_KEY to another key, or unset it and run "tollkeeper login".';
  }
  const stored = await findCredentials(ctx).catch(() => undefined);
  const url = ctx.env.TOLLKEEPER_URL || stored?.url || DEFAULT_URL;
  return `Run "${loginCommand(url)}", or set TOLLKEEPER_API_KEY.`;
}

/** Options and arguments whose name is not that of the API's field in kebab-case. */
const NAME_OF_FIELD = new Map([
  ['workspaceId', 'workspace'],
  ['roleId', 'role'],
  ['memberId', 'member'],
  ['expiresAt', 'expires'],
  ['allowedIps', 'allow-ip'],
  ['tags', 'tag'],
  ['graceSeconds', 'grace'],
  ['lifetimeSeconds', 'lifetime'],
  ['usesMax', 'uses'],
  ['labels', 'label'],
  ['headers', 'header'],
  ['keyLifetimeDaysMax', 'key-lifetime'],
  ['keyUnusedDaysMax', 'key-unused'],
  ['sessionHoursMax', 'session'],
  ['twoFactorRequired', 'two-factor'],
  ['defaultExpiryDays', 'default-expiry'],
  ['replacementRoleId', 'replacement'],
  ['retentionDays', 'days'],
  ['digestHour', 'hour'],
  ['endsAt', 'ends'],
  ['reviewerId', 'reviewer'],
  ['disablesUnconfirmed', 'disable'],
  ['eventTypes', 'events'],
  ['isOrdered', 'ordered'],
  ['secret', 'secret-stdin'],
  ['password', 'password-stdin'],
]);

/** What a command calls a field of the API: `--workspace`, `<name>`; undefined if it has neither. */
function termOf(path: string, command: Command | undefined): string | undefined {
  const field = fieldOf(path);
  if (!command || field === '') return undefined;
  const names = [NAME_OF_FIELD.get(field) ?? field, field];
  const named = command.registeredArguments.find((argument) => names.includes(argument.name()));
  if (named) return `<${named.name()}>`;
  const options = names.map((name) => `--${kebabCase(name)}`);
  return options.find((option) => command.options.some(({ long }) => long === option));
}

/** The name in it that a command may have an option for. */
function fieldOf(path: string): string {
  const [first = '', second, third] = path.split(/[./]/);
  if (first !== 'request' || second === undefined) return first;
  return second === 'mcp' && third !== undefined ? `mcp-${third}` : second;
}

/** A sentence of the server, with the command's own words for the fields that it names. */
function inCommandTerms(sentence: string, command: Command | undefined): string {
  return sentence
    .replace(/\b[Tt]he field "([^"]+)"/g, (whole, path: string) => termOf(path, command) ?? whole)
    .replace(/("?)\b([a-z]+[A-Z][A-Za-z]*)\b(?:[./]\d+)?\1/g, (whole, _quote, field: string) => {
      return NAME_OF_FIELD.has(field) ? (termOf(field, command) ?? whole) : whole;
    })
    .replace('GET /v1/scopes', '"tollkeeper scopes"')
    .replace('GET /v1/workspaces', '"tollkeeper workspaces list"');
}
