/** A configuration that cannot be used. Its faults name where and why, and hold no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(['The configuration cannot be used:', ...faults].join('\n  '));
    this.faults = faults;
  }
}
