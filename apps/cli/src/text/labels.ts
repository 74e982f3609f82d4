import type { Labels } from '@tollkeeper/contract';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** Labels as people write them: `region=eu-1`. Throws Failure for a text without its "=". */
export function parseLabels(texts: readonly string[]): Labels {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw new Failure(EXIT.usage, `"${text}" is not a label: it should be such as region=eu-1.`);
    }),
  );
}

/** The same labels, as `parseLabels` takes them. */
export function formatLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
