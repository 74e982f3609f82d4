import { invalidField } from './domain-error.ts';

/** Where a page ended: the order of the list, and the last row's sort value and id. */
export type Cursor = readonly [sort: string, order: string, value: string, id: string];

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws DomainError validation_failed for a text that no list gave */
export function decodeCursor(text: string): Cursor {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (isCursor(parts)) return parts;
  } catch {
    // Not JSON: refused below like any other text that is no cursor.
  }
  throw invalidField('cursor', 'is not one that a list gave');
}

function isCursor(parts: unknown): parts is Cursor {
  return Array.isArray(parts) && parts.length === 4 && parts.every(isPlainText);
}

/** PostgreSQL stores no NUL and no lone surrogate. */
function isPlainText(part: unknown): part is string {
  return typeof part === 'string' && !part.includes('\0') && part.isWellFormed();
}
