import { INSTANT_WITH_OFFSET, type Plan } from '@tollkeeper/contract';
import {
  approvePlanRequest,
  declinePlanRequest,
  listPlanRequests,
  setPlan,
} from '../features/billing/index.ts';
import type { WriteServices } from '../write/write.ts';

/** The answer of a command, and the same as a sentence. */
export interface Outcome {
  readonly answer: object;
  readonly sentence: string;
}

type Run = (services: WriteServices) => Promise<Outcome>;

interface BillingOptions {
  readonly organization?: string | undefined;
  readonly 'key-limit'?: string | undefined;
  readonly until?: string | undefined;
  readonly note?: string | undefined;
}

const DAY_MS = 86_400_000;
const KEY_LIMIT_MAX = 1_000_000_000;
const NOTE_MAX = 500;

/** The command that sets a plan; undefined where an option cannot be read. */
export function setPlanCommand(
  plan: Plan,
  { organization, note, ...options }: BillingOptions,
  requestId: string,
): Run | undefined {
  const keysMax = readKeyLimit(options['key-limit']);
  const until = readUntil(options.until);
  if (keysMax === null || until === null || !isNote(note)) return undefined;
  return async (services) => {
    const answer = await setPlan(services, plan, organization, requestId, { keysMax, until, note });
    const { slug, before } = answer;
    const terms = [
      ...(keysMax === undefined ? [] : [`with a limit of ${keysMax} keys`]),
      ...(until ? [`until ${until.toISOString()}, then ${answer.planAfter}`] : []),
    ];
    return {
      answer,
      sentence: `The organization "${slug}" is on the plan ${[plan, ...terms].join(' ')} now (before: ${before}).`,
    };
  };
}

/** The command about requests for other plans; undefined if the arguments are none. */
export function requestsCommand(
  [verb, named, ...rest]: readonly (string | undefined)[],
  note: string | undefined,
  requestId: string,
): Run | undefined {
  if (rest.length > 0 || !isNote(note)) return undefined;
  if (verb === 'list' && named === undefined && note === undefined) return runList;
  if (named === undefined || (verb !== 'approve' && verb !== 'decline')) return undefined;
  const decide = verb === 'approve' ? approvePlanRequest : declinePlanRequest;
  return async (services) => {
    const answer = await decide(services, { named, note, requestId });
    const { slug, requestedPlan, before } = answer;
    const sentence =
      verb === 'approve'
        ? `The organization "${slug}" is on the plan ${requestedPlan} now (before: ${before}).`
        : `The request of the organization "${slug}" for the plan ${requestedPlan} is declined; its plan stays ${before}.`;
    return { answer, sentence };
  };
}

async function runList({ db }: WriteServices): Promise<Outcome> {
  const data = await listPlanRequests(db);
  const lines = data.map(({ slug, currentPlan, requestedPlan, requestedAt, message }) => {
    const words = message === null ? '' : `: ${message}`;
    return `${slug}  ${currentPlan} -> ${requestedPlan}  ${requestedAt}${words}`;
  });
  return { answer: { data }, sentence: lines.join('\n') || 'No request is pending.' };
}

/** Undefined where none is given; null where it cannot be read. */
function readKeyLimit(text: string | undefined): number | undefined | null {
  if (text === undefined) return undefined;
  const limit = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return limit >= 1 && limit <= KEY_LIMIT_MAX ? limit : null;
}

/** A date stands for its end in UTC. Undefined where none is given; null where it cannot be read. */
function readUntil(text: string | undefined): Date | undefined | null {
  if (text === undefined) return undefined;
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!isDate && !INSTANT_WITH_OFFSET.test(text)) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  return new Date(isDate ? ms + DAY_MS : ms);
}

function isNote(text: string | undefined): boolean {
  return text === undefined || (text.trim() !== '' && text.length <= NOTE_MAX);
}
