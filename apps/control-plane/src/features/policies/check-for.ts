import type { PolicyFinding } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../domain-error.ts';
import { createWaitingLimit } from '../../lineage/limited-turns.ts';
import { type CheckedText, checkText } from './check-text.ts';

/** All texts of the server are checked one after the other, and organizations take turns. */
const withinLimit = createWaitingLimit('policies are checked');

/** @throws DomainError rate_limited */
export function checkFor({ organizationId }: Ctx, text: string): Promise<CheckedText> {
  return withinLimit(organizationId, () => checkText(text, organizationId));
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
