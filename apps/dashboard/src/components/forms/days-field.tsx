import { DAYS_MAX } from '@tollkeeper/contract';
import { LineField, type LineFieldProps } from './line-field.tsx';

/** A number of days, or nothing; says so where what is typed is neither. */
export function DaysField({ error, ...field }: LineFieldProps) {
  const isWrong = parseDays(field.value) === undefined;
  return (
    <LineField
      inputMode="numeric"
      className="max-w-32"
      error={isWrong ? `Use a whole number of days, from 1 to ${DAYS_MAX}.` : error}
      {...field}
    />
  );
}

/**
 * A number of days as a person types it; nothing is null.
 * @returns undefined when it is not a whole number from 1 to DAYS_MAX
 */
export function parseDays(text: string): number | null | undefined {
  const typed = text.trim();
  if (typed === '') return null;
  if (!/^\d{1,4}$/.test(typed)) return undefined;
  const days = Number(typed);
  return days >= 1 && days <= DAYS_MAX ? days : undefined;
}
