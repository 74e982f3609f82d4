import { type Labels, labels as labelsSchema } from '@tollkeeper/contract';
import type { SplitTokens } from '../../components/forms/token-field.tsx';

const names = new Intl.Collator('en', { numeric: true });

/** Labels as people write them, such as region=eu-1, in the order of their names. */
export function labelTokens(labels: Labels): string[] {
  return Object.entries(labels)
    .sort(([a], [b]) => names.compare(a, b))
    .map(([name, value]) => `${name}=${value}`);
}

/** Takes typed or pasted labels apart: commas, semicolons, spaces and lines all separate. */
export function splitLabels(text: string): SplitTokens {
  const tokens = text.split(/[\s,;]+/).filter(Boolean);
  return { good: tokens.filter(isLabel), bad: tokens.filter((token) => !isLabel(token)) };
}

/** Each name holds one value: the one that came last. */
export function addLabels(labels: Labels, tokens: readonly string[]): Labels {
  return { ...labels, ...Object.fromEntries(tokens.map(parted)) };
}

export function removeLabel(labels: Labels, token: string): Labels {
  const [name] = parted(token);
  return Object.fromEntries(Object.entries(labels).filter(([other]) => other !== name));
}

function isLabel(token: string): boolean {
  if (!token.includes('=')) return false;
  return labelsSchema.safeParse(Object.fromEntries([parted(token)])).success;
}

function parted(token: string): [name: string, value: string] {
  const at = token.indexOf('=');
  return [token.slice(0, at), token.slice(at + 1)];
}
