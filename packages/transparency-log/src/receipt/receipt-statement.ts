import { createHash } from 'node:crypto';
import type { Receipt } from '@tollkeeper/contract';
import { canonicalJson } from '../canonical-json.ts';
import { parseNote } from '../note/parse-note.ts';
import { type NoteSigner, signNote } from '../note/signed-note.ts';

/**
 * What the log signs about a receipt. It has two lines, so that it never is a checkpoint, which has
 * three or more.
 */
export function receiptStatement(receipt: Omit<Receipt, 'signature'>): string {
  const hash = createHash('sha256').update(canonicalJson(receipt)).digest('base64');
  return `tollkeeper receipt v1\n${hash}\n`;
}

/** The receipt with the signature of its log. */
export function signReceipt(unsigned: Omit<Receipt, 'signature'>, signer: NoteSigner): Receipt {
  const note = signNote(receiptStatement(unsigned), signer);
  const signature = parseNote(note)
    .signatures.map(({ line }) => line)
    .join('');
  return { ...unsigned, signature };
}

/** The one text of a receipt: canonical JSON, and a line feed. */
export function receiptText(receipt: Receipt): string {
  return `${canonicalJson(receipt)}\n`;
}
