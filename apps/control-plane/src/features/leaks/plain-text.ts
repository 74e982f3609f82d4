import { redactSecrets } from '@tollkeeper/verify';

/** What would do something where it is shown: control and format characters, line separators, lone surrogates. */
const NO_TEXT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** What may be stored of a text that a reporter sends; null for none. */
export function plainText(text: string | null): string | null {
  if (text === null || text === '') return null;
  return redactSecrets(text).replace(NO_TEXT, '\ufffd');
}
