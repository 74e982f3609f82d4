import { type AuditEvent, auditActorId } from '@tollkeeper/contract';

export type Cell = string | number | null | undefined;

const COLUMNS: readonly (readonly [name: string, cell: (event: AuditEvent) => Cell])[] = [
  ['sequence', ({ sequence }) => sequence],
  ['at', ({ at }) => at],
  ['id', ({ id }) => id],
  ['organizationId', ({ organizationId }) => organizationId],
  ['actorType', ({ actor }) => actor.type],
  ['actorId', ({ actor }) => (actor.type === 'system' ? actor.job : auditActorId(actor))],
  ['actorMemberId', ({ actor }) => ('memberId' in actor ? actor.memberId : null)],
  ['action', ({ action }) => action],
  ['targetType', ({ target }) => target.type],
  ['targetId', ({ target }) => target.id],
  ['targetName', ({ target }) => target.name],
  ['targetWorkspaceId', ({ target }) => target.workspaceId],
  ['ip', ({ ip }) => ip],
  ['userAgent', ({ userAgent }) => userAgent],
  ['requestId', ({ requestId }) => requestId],
  ['before', ({ before }) => json(before)],
  ['after', ({ after }) => json(after)],
];

/** The first line of a file (RFC 4180). */
export function csvHeader(): string {
  return csvRow(COLUMNS.map(([name]) => name));
}

/** An event as a line of CSV. Cells hold no line breaks, so that a file can be cut after any line. */
export function csvLine(event: AuditEvent): string {
  return csvRow(COLUMNS.map(([, cell]) => cell(event)));
}

/** A line of CSV (RFC 4180) whose cells no spreadsheet takes for a formula. */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

/**
 * What a spreadsheet would run as a formula (OWASP, CSV injection), in full width too. A mark before it makes
 * it text.
 */
const FORMULA = /^\s*[=+\-@\t\r\n＝＋－＠]/u;

/** Text that a cell can hold as it is, as nearly all is: printable ASCII that begins no formula. */
const PLAIN = /^[\w.:/][ !#-~]*$/;

/** Text is always quoted: a separator of another locale begins no cell within it. */
function toCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  if (PLAIN.test(cell)) return `"${cell}"`;
  const inert = FORMULA.test(cell) ? `'${cell}` : cell;
  return `"${written(inert).replaceAll('"', '""')}"`;
}

/** Characters that are obeyed, or hide, or reorder what stands beside them (Unicode TR 36). */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200C\u200D])\p{Cf}/gu;

/** Each of them as its escape, by which JSON in a cell stays the same value. */
function written(text: string): string {
  return text.replace(INVISIBLE, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}

function json(facts: AuditEvent['before']): string | null {
  return facts && JSON.stringify(facts);
}
