import type { UpstreamState } from '@tollkeeper/contract';
import type { EjectionConfig } from '../../config/config.ts';

/** What is known of one upstream, by the requests that it was sent and by its health checks. */
export class UpstreamHealth {
  readonly #ejection: EjectionConfig;
  readonly #changed: (state: UpstreamState) => void;
  /** In a row. */
  #failures = 0;
  /** By performance.now(); undefined unless ejected. */
  #ejectedUntil: number | undefined;
  #isDown = false;
  /** By performance.now(), when the request began that tries it out; undefined if none does. */
  #triedSince: number | undefined;

  /** @param changed called with each new state */
  constructor(ejection: EjectionConfig, changed: (state: UpstreamState) => void) {
    this.#ejection = ejection;
    this.#changed = changed;
  }

  state(): UpstreamState {
    if (this.#isDown) return 'down';
    return this.#ejectedUntil === undefined ? 'up' : 'ejected';
  }

  ejectedUntil(): number {
    return this.#ejectedUntil ?? 0;
  }

  /**
   * Whether the next request may go there. After an ejection, one alone tries it out, and another one
   * if that takes longer than the ejection: its client may be slow.
   */
  isAvailable(nowMs: number): boolean {
    if (this.#isDown) return false;
    if (this.#ejectedUntil === undefined) return true;
    if (nowMs < this.#ejectedUntil) return false;
    return this.#triedSince === undefined || nowMs >= this.#triedSince + this.#ejection.durationMs;
  }

  /** @returns whether the request that begins now tries out an ejected upstream */
  begin(nowMs: number): boolean {
    if (this.#ejectedUntil === undefined) return false;
    this.#triedSince = nowMs;
    return true;
  }

  endTrial(): void {
    this.#triedSince = undefined;
  }

  answered(status: number, nowMs: number): void {
    if (status >= 500 && this.#ejection.on5xx) {
      this.failed(nowMs);
      return;
    }
    this.#failures = 0;
    this.#change(() => {
      this.#ejectedUntil = undefined;
    });
  }

  failed(nowMs: number): void {
    const { failuresMax, durationMs } = this.#ejection;
    this.#failures++;
    if (failuresMax === 0 || this.#failures < failuresMax) return;
    this.#change(() => {
      this.#ejectedUntil = nowMs + durationMs;
    });
  }

  /** The result of a health check. */
  checked(isWell: boolean): void {
    this.#change(() => {
      this.#isDown = !isWell;
    });
  }

  #change(apply: () => void): void {
    const before = this.state();
    apply();
    const after = this.state();
    if (after !== before) this.#changed(after);
  }
}
