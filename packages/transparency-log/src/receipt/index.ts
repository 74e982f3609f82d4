/** Receipts: files that prove that a key was ended, and which gateways know. */

export { receiptText, signReceipt } from './receipt-statement.ts';
export {
  isAboutKey,
  isReceipt,
  isSigned,
  type VerifiedReceipt,
  verifyReceipt,
} from './verify-receipt.ts';
