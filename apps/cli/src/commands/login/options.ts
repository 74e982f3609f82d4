import type { JsonOption } from '../../cli.ts';

export interface LoginOptions extends JsonOption {
  readonly url?: string;
  readonly browser: boolean;
  readonly password?: true;
  readonly email?: string;
  readonly passwordStdin?: true;
  readonly apiKeyStdin?: true;
}
