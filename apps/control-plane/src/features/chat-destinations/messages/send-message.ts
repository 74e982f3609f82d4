import type { ChatService } from '@tollkeeper/contract';
import type { Services } from '../../../context.ts';
import {
  DeliveryProblem,
  type GuardedAnswer,
  openSecret,
  RequestCut,
  type RequestLimits,
  sendGuarded,
} from '../../../outgoing/index.ts';
import type { DestinationRow } from '../destination-view.ts';

/** How long one request may take, its answer included. */
const TIMEOUT_MS = 15_000;
const ANSWER_BYTES_MAX = 1024;

/** What came of one message. */
export interface SentMessage {
  readonly at: Date;
  readonly durationMs: number;
  readonly status: number | null;
  /** Null where it succeeded. */
  readonly problem: string | null;
  readonly retryAfter: string | undefined;
}

/** Statuses by which services, and what stands before them, refuse a message for what it holds; some refuse all by them. */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 406, 413, 422]);

/** Whether the service answered that it does not take this message, which another one may yet be taken after. */
export function isRefusal({ status, problem }: SentMessage): boolean {
  if (status === null || problem === null) return false;
  return REFUSALS.has(status) || (status >= 200 && status < 300);
}

type SendServices = Pick<Services, 'clock' | 'log' | 'outgoing' | 'chats'>;

/**
 * Posts a message. Never throws for what the service does; nothing that it gives has the URL.
 * @throws RequestCut
 */
export async function sendMessage(
  services: SendServices,
  row: DestinationRow,
  body: string,
  { timeoutMs = TIMEOUT_MS, cut }: Partial<RequestLimits> = {},
): Promise<SentMessage> {
  const at = services.clock();
  const begunAt = performance.now();
  const answered = await post(services, row, body, { timeoutMs, cut }).catch((error: unknown) =>
    unanswered(services, row, error),
  );
  return { at, durationMs: Math.round(performance.now() - begunAt), ...answered };
}

type Answered = Omit<SentMessage, 'at' | 'durationMs'>;

async function post(
  { outgoing, chats }: SendServices,
  { id, url, service }: DestinationRow,
  body: string,
  limits: RequestLimits,
): Promise<Answered> {
  const opened = openSecret(chats.storedKey, id, url);
  if (!opened) {
    throw new DeliveryProblem(
      'The URL cannot be read, since TOLLKEEPER_SECRET was changed. Enter it again.',
    );
  }
  const answer = await sendGuarded(outgoing, {
    method: 'POST',
    url: opened.toString(),
    headers: { 'content-type': 'application/json', 'user-agent': 'Tollkeeper-Notifications' },
    ...{ body, ...limits, keptBytesMax: ANSWER_BYTES_MAX },
  });
  const { status, retryAfter } = answer;
  return { status, retryAfter, problem: problemOf(service, answer) };
}

function unanswered(
  { log }: SendServices,
  { organizationId, id: destinationId }: DestinationRow,
  error: unknown,
): Answered {
  if (error instanceof RequestCut) throw error;
  const nothing = { status: null, retryAfter: undefined };
  if (error instanceof DeliveryProblem) return { ...nothing, problem: error.message };
  log.error({ err: error, organizationId, destinationId }, 'chat message not sent');
  return { ...nothing, problem: 'The server cannot send the message. Its log says why.' };
}

/** The codes of Slack, such as `channel_is_archived`. Nothing else of an answer is shown: it may repeat the URL. */
const CODE = /^[a-z]{2,24}(?:_[a-z]{1,24}){0,5}$/;

function problemOf(service: ChatService, { status, body }: GuardedAnswer): string | null {
  if (status >= 200 && status < 300) return refusalIn(service, body);
  if (status >= 300 && status < 400) {
    return `It answered with status ${status}. Redirects are not followed: use the final URL.`;
  }
  const code = CODE.test(body.trim()) ? ` (${body.trim()})` : '';
  const after = status === 410 ? ': it takes no messages any more' : '';
  return `It answered with status ${status}${code}${after}.`;
}

/** The former connectors of Microsoft Teams answered 200 to what they did not post. */
function refusalIn(service: ChatService, body: string): string | null {
  return service === 'teams' && body.includes('message delivery failed')
    ? 'It took the message, and answered that it was not delivered.'
    : null;
}
