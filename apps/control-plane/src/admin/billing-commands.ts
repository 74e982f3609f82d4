import { INSTANT_WITH_OFFSET, PLANS, type Plan } from '@tollkeeper/contract';
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
/** Later ones have no place in a time as every answer writes it. */
const YEAR_MAX = 9999;

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
      ...(keysMax === undefined
        ? []
        : [`with a limit of ${keysMax === 1 ? '1 key' : `${keysMax} keys`}`]),
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
  [verb, named, planName, ...rest]: readonly (string | undefined)[],
  note: string | undefined,
  requestId: string,
): Run | undefined {
  if (rest.length > 0 || !isNote(note)) return undefined;
  if (verb === 'list' && named === undefined && note === undefined) return runList;
  if (named === undefined) return undefined;
  const decision = { named, note, requestId };
  const plan = PLANS.find((each) => each === planName);
  if (verb === 'approve' && plan) return (services) => runApprove(services, { ...decision, plan });
  if (verb === 'decline' && planName === undefined) {
    return (services) => runDecline(services, decision);
  }
  return undefined;
}

async function runApprove(...args: Parameters<typeof approvePlanRequest>): Promise<Outcome> {
  const answer = await approvePlanRequest(...args);
  const { slug, requestedPlan, before } = answer;
  return {
    answer,
    sentence: `The organization "${slug}" is on the plan ${requestedPlan} now (before: ${before}).`,
  };
}

async function runDecline(...args: Parameters<typeof declinePlanRequest>): Promise<Outcome> {
  const answer = await declinePlanRequest(...args);
  const { slug, requestedPlan, before } = answer;
  return {
    answer,
    sentence: `The request of the organization "${slug}" for the plan ${requestedPlan} is declined; its plan stays ${before}.`,
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
  const until = new Date(isDate ? ms + DAY_MS : ms);
  // JavaScript reads 31 February as 3 March.
  const exists = !isDate || new Date(ms).toISOString().startsWith(text);
  return exists && until.getUTCFullYear() <= YEAR_MAX ? until : null;
}

function isNote(text: string | undefined): boolean {
  return text === undefined || (text.trim() !== '' && text.length <= NOTE_MAX);
}
