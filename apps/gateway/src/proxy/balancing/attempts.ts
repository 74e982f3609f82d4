import type { Balancer, Choosable } from './balancer.ts';

/** A call that reports its end. */
interface EndingCall {
  onEnd: (() => void) | undefined;
}

/** The upstreams that one request is sent to, one after another until one answers. */
export class Attempts<Upstream extends Choosable> {
  readonly #balancer: Balancer<Upstream>;
  readonly #tried: Upstream[] = [];
  #isOnTrial = false;
  #isJudged = false;
  #isOver = false;

  /** @param call ends the last attempt with itself */
  constructor(balancer: Balancer<Upstream>, call: EndingCall) {
    this.#balancer = balancer;
    const before = call.onEnd;
    call.onEnd = () => {
      before?.();
      this.#end();
      this.#isOver = true;
    };
  }

  /** Goes on to the next upstream; undefined, and stays, if no other one is left. */
  next(): Upstream | undefined {
    if (this.#isOver) return undefined;
    const nowMs = performance.now();
    const upstream = this.#balancer.choose(nowMs, this.#tried);
    if (!upstream) return undefined;
    this.#end();
    this.#tried.push(upstream);
    this.#isJudged = false;
    this.#isOnTrial = upstream.health.begin(nowMs);
    upstream.running++;
    return upstream;
  }

  answered(status: number): void {
    this.#judge((upstream) => upstream.health.answered(status, performance.now()));
  }

  failed(): void {
    this.#judge((upstream) => upstream.health.failed(performance.now()));
  }

  #judge(judge: (upstream: Upstream) => void): void {
    const upstream = this.#tried.at(-1);
    if (!upstream || this.#isJudged) return;
    this.#isJudged = true;
    judge(upstream);
    this.#endTrial(upstream);
  }

  #endTrial({ health }: Upstream): void {
    if (this.#isOnTrial) health.endTrial();
    this.#isOnTrial = false;
  }

  #end(): void {
    const upstream = this.#tried.at(-1);
    if (!upstream) return;
    upstream.running--;
    this.#endTrial(upstream);
  }
}
