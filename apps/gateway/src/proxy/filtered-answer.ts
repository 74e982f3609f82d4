import { watchValidity } from '@tollkeeper/gateway-core';
import type { KeyMemory } from '../inspect/body-memory.ts';
import { EventFilter } from '../inspect/event-filter.ts';
import { InspectedBody } from '../inspect/inspected-body.ts';
import { filterTools, type MayCall } from '../inspect/tool-list.ts';
import type { Route } from '../request/routes.ts';
import { Answer } from './answer.ts';
import type { RawHeaders } from './answer-headers.ts';
import type { AnswerWatch } from './answer-watch.ts';
import { type AuthorizedRequest, showsTools } from './authorized-request.ts';
import type { Call } from './call.ts';
import type { Services } from './services.ts';
import { TimeoutError } from './upstream-failure.ts';

/** Where the list of an MCP server's tools may be in it, without the tools that the key may not call. */
export function createAnswer(
  services: Services,
  call: Call,
  authorized: AuthorizedRequest,
  watch: AnswerWatch,
): Answer {
  const { caller, route } = authorized;
  if (!caller || !showsTools(call.req, authorized)) return new Answer(call, watch);
  const { request, decision } = caller;
  const mayCall: MayCall = (tool) => {
    const facts = request.call && {
      ...request.call,
      ...{ method: 'POST', body: { mcp: { method: 'tools/call', tool } } },
    };
    return !watchValidity(services.fleet, { ...request, call: facts })(services.nowMs());
  };
  const memory = services.bodyMemory.ofKey(decision.key.keyId, route.inspectBytesMax);
  return new FilteredAnswer(call, route, watch, memory, mayCall);
}

/** Said about the bytes of a body, which are others once it is filtered. */
const OF_BYTES = new Set(['content-length', 'etag', 'digest', 'content-digest', 'content-md5']);

interface HeldHead {
  readonly status: number;
  readonly reason: string | undefined;
  readonly raw: RawHeaders;
}

class FilteredAnswer extends Answer {
  readonly #mayCall: MayCall;
  /** Whether the request was for the list, and not for what is left of another answer. */
  readonly #isAsked: boolean;
  readonly #bytesMax: number;
  readonly #waitMs: number;
  readonly #body: InspectedBody;
  /** Set while a whole body is waited for. */
  #held: HeldHead | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Set for a stream of events. */
  #events: EventFilter | undefined;

  constructor(
    call: Call,
    { inspectBytesMax, timeouts }: Route,
    watch: AnswerWatch,
    memory: KeyMemory,
    mayCall: MayCall,
  ) {
    super(call, watch);
    this.#mayCall = mayCall;
    this.#isAsked = call.req.method !== 'GET';
    this.#bytesMax = inspectBytesMax;
    this.#waitMs = timeouts.responseMs;
    this.#body = new InspectedBody(memory, inspectBytesMax);
  }

  override begin(status: number, reason: string | undefined, raw: RawHeaders): void {
    const isEncoded = !/^(?:identity)?$/i.test(headerOf(raw, 'content-encoding'));
    const [type = ''] = headerOf(raw, 'content-type').toLowerCase().split(';');
    const isEvents = type.trim() === 'text/event-stream';
    // Only what succeeds has a list. What answers tools/list is one, whatever its type says.
    const mayList = this.#isAsked || isEvents || /json\s*$/.test(type);
    if (status < 200 || status >= 300 || !mayList) super.begin(status, reason, raw);
    else if (isEncoded) this.fail(new Error('The upstream encodes a list of tools unasked'));
    else if (isEvents) {
      this.#events = new EventFilter(this.#mayCall, this.#bytesMax);
      super.begin(status, reason, withoutBytes(raw));
    } else {
      this.#held = { status, reason, raw };
      if (this.#waitMs === 0) return;
      const late = () => this.fail(new TimeoutError('The upstream did not send a list in time'));
      this.#timer = setTimeout(late, this.#waitMs);
    }
  }

  override write(part: Buffer): void {
    if (this.#events) {
      const complete = this.#events.add(part);
      if (complete) for (const each of complete) super.write(each);
      else this.fail(new Error(`The upstream sends an event of more than ${this.#bytesMax} bytes`));
    } else if (!this.#held) super.write(part);
    else if (this.#body.length + part.length > this.#bytesMax || this.#body.add(part)) {
      this.fail(new Error(`The upstream sends a list of more than ${this.#bytesMax} bytes`));
    }
  }

  override end(rawTrailers: RawHeaders): void {
    const rest = this.#events?.rest();
    if (rest && rest.length > 0) super.write(rest);
    const held = this.#held;
    try {
      if (held && !this.isOver) this.#sendWhole(held);
    } catch (cause) {
      this.fail(new Error('The upstream sends a list that is no JSON', { cause }));
      return;
    }
    this.#drop();
    super.end(rawTrailers);
  }

  override fail(error: Error): void {
    this.#drop();
    super.fail(error);
  }

  override clientGone(): void {
    this.#drop();
    super.clientGone();
  }

  #sendWhole({ status, reason, raw }: HeldHead): void {
    const bytes = Buffer.from(this.#body.bytes());
    const filtered = bytes.length > 0 ? filterTools(bytes.toString(), this.#mayCall) : undefined;
    const body = filtered === undefined ? bytes : Buffer.from(filtered);
    const length = ['Content-Length', String(body.length)];
    super.begin(status, reason, filtered === undefined ? raw : [...withoutBytes(raw), ...length]);
    if (body.length > 0) super.write(body);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#held = undefined;
    this.#body.release();
  }
}

function headerOf(raw: RawHeaders, name: string): string {
  const at = raw.findIndex((each, i) => i % 2 === 0 && textOf(each).toLowerCase() === name);
  return at < 0 ? '' : textOf(raw[at + 1] ?? '');
}

function withoutBytes(raw: RawHeaders): RawHeaders {
  return raw.filter((_, i) => !OF_BYTES.has(textOf(raw[i - (i % 2)] ?? '').toLowerCase()));
}

function textOf(part: Buffer | string): string {
  return typeof part === 'string' ? part : part.toString('latin1');
}
