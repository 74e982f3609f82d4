const DAY_MS = 86_400_000;

export const EXPIRY_CHOICES = [
  { value: 'never', label: 'No expiry', days: null },
  { value: '7', label: '7 days', days: 7 },
  { value: '30', label: '30 days', days: 30 },
  { value: '90', label: '90 days', days: 90 },
  { value: '365', label: '1 year', days: 365 },
  { value: 'date', label: 'On a date', days: null },
] as const;
/** Of a key that exists: what it has may stay. */
export const EDIT_EXPIRY_CHOICES = [
  { value: 'keep', label: 'Unchanged', days: null },
  ...EXPIRY_CHOICES,
] as const;
export type ExpiryChoice = (typeof EDIT_EXPIRY_CHOICES)[number]['value'];

export interface Expiry {
  readonly choice: ExpiryChoice;
  /** With "date": YYYY-MM-DD, in the reader's time zone. */
  readonly date: string;
}

/**
 * When a key of that choice expires; a date means its last moment. Null is never.
 * @param now milliseconds since 1970
 * @param current what "keep" keeps
 * @returns undefined when the date is missing or past
 */
export function expiresAt(
  { choice, date }: Expiry,
  now: number,
  current: string | null = null,
): string | null | undefined {
  if (choice === 'keep') return current;
  if (choice === 'never') return null;
  if (choice !== 'date') return new Date(now + Number(choice) * DAY_MS).toISOString();
  const end = new Date(`${date}T23:59:59.999`);
  if (Number.isNaN(end.getTime()) || end.getTime() <= now) return undefined;
  return end.toISOString();
}

/** So many days, as one of the choices where it is one, else as a date. */
export function startExpiry(days: number, now: number): Expiry {
  const choice = EXPIRY_CHOICES.find((each) => each.days === days);
  if (choice) return { choice: choice.value, date: '' };
  return { choice: 'date', date: localDay(now + days * DAY_MS) };
}

/** YYYY-MM-DD in the reader's time zone, as a date input wants it. */
export function localDay(now: number): string {
  const at = new Date(now);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
