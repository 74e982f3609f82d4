/** Why keys are revoked, as most people answer. */
export const REASON_CHOICES = [
  { value: 'leaked', label: 'Leaked' },
  { value: 'unneeded', label: 'No longer needed' },
  { value: 'other', label: 'Other' },
] as const;

export interface RevokeReason {
  readonly choice: (typeof REASON_CHOICES)[number]['value'];
  /** With "other". */
  readonly text: string;
}

export const NO_REASON: RevokeReason = { choice: 'other', text: '' };

const WORDS = { leaked: 'Leaked', unneeded: 'No longer needed' } as const;

/** What is kept with the key; '' is nothing. */
export function reasonText({ choice, text }: RevokeReason): string {
  return choice === 'other' ? text.trim() : WORDS[choice];
}
