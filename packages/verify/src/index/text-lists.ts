import {
  acquireText,
  createInternedTexts,
  type InternedTexts,
  releaseText,
} from './interned-texts.ts';

/** Lists of texts, each held once however many keys share it. */
export interface TextLists {
  readonly interned: InternedTexts;
  /** By number of the list. */
  readonly lists: (readonly string[] | undefined)[];
}

const NO_TEXTS: readonly string[] = [];

export function createTextLists(): TextLists {
  return { interned: createInternedTexts(), lists: [] };
}

/** The number of the list, with one use more; 0 for the empty list. */
export function acquireTextList(textLists: TextLists, texts: readonly string[]): number {
  if (texts.length === 0) return 0;
  const id = acquireText(textLists.interned, JSON.stringify(texts));
  textLists.lists[id] ??= [...texts];
  return id;
}

export function releaseTextList(textLists: TextLists, id: number): void {
  if (releaseText(textLists.interned, id)) textLists.lists[id] = undefined;
}

export function textListOf({ lists }: TextLists, id: number): readonly string[] {
  return lists[id] ?? NO_TEXTS;
}
