import type { PolicyFinding } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../domain-error.ts';
import { type CheckedText, checkText } from './check-text.ts';

/** All texts of the server are checked one after the other, and organizations take turns. */
const WAITING_MAX = 10;
const waiting = new Map<string, number>();

/** @throws DomainError rate_limited */
export async function checkFor({ organizationId }: Ctx, text: string): Promise<CheckedText> {
  const before = waiting.get(organizationId) ?? 0;
  if (before >= WAITING_MAX) {
    throw new DomainError(
      'rate_limited',
      `At most ${WAITING_MAX} policies of an organization are checked at once.`,
      { retryAfterS: 2 },
    );
  }
  waiting.set(organizationId, before + 1);
  try {
    return await checkText(text, organizationId);
  } finally {
    const left = (waiting.get(organizationId) ?? 1) - 1;
    if (left === 0) waiting.delete(organizationId);
    else waiting.set(organizationId, left);
  }
}

/**
 * @param field which field of the body the text is
 * @throws DomainError policy_invalid
 */
export function requireValid({ errors }: CheckedText, field = 'text'): void {
  const [first] = errors;
  if (first === undefined) return;
  throw new DomainError('policy_invalid', invalidDetail(first, errors.length), {
    errors: errors.map((each) => ({ path: field, ...each })),
  });
}

function invalidDetail({ message, line, column }: PolicyFinding, count: number): string {
  const more =
    count === 1
      ? ''
      : ` There ${count === 2 ? 'is 1 more error' : `are ${count - 1} more errors`}.`;
  return `Line ${line}, column ${column}: ${/[.?!]$/.test(message) ? message : `${message}.`}${more}`;
}
