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
  #isOnTrial = false;

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

  /** Whether the next request may go there. After an ejection, one alone tries it out. */
  isAvailable(nowMs: number): boolean {
    if (this.#isDown) return false;
    if (this.#ejectedUntil === undefined) return true;
    return nowMs >= this.#ejectedUntil && !this.#isOnTrial;
  }

  /** @returns whether the request that begins now tries out an ejected upstream */
  begin(): boolean {
    if (this.#ejectedUntil === undefined) return false;
    this.#isOnTrial = true;
    return true;
  }

  endTrial(): void {
    this.#isOnTrial = false;
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
