/**
 * Texts numbered from 1, so that a record holds a word in place of a string; 0 is none. Numbers are
 * counted by use and given out again after the last, so that they are never more than the texts
 * in use at one time, whatever comes and goes.
 */
export interface InternedTexts {
  readonly ids: Map<string, number>;
  readonly texts: string[];
  readonly uses: number[];
  readonly free: number[];
}

export function createInternedTexts(): InternedTexts {
  return { ids: new Map(), texts: [''], uses: [0], free: [] };
}

/** The number of the text, with one use more. */
export function acquireText(interned: InternedTexts, text: string): number {
  const id = interned.ids.get(text) ?? addText(interned, text);
  interned.uses[id] = (interned.uses[id] ?? 0) + 1;
  return id;
}

/** One use less. True when it was the last, and the number is free for another text. */
export function releaseText(interned: InternedTexts, id: number): boolean {
  const uses = interned.uses[id] ?? 0;
  if (uses > 1) interned.uses[id] = uses - 1;
  if (uses !== 1) return false;
  interned.ids.delete(textOf(interned, id));
  interned.texts[id] = '';
  interned.uses[id] = 0;
  interned.free.push(id);
  return true;
}

export function textOf(interned: InternedTexts, id: number): string {
  return interned.texts[id] ?? '';
}

/** The number of the text, or 0. */
export function findText(interned: InternedTexts, text: string): number {
  return interned.ids.get(text) ?? 0;
}

function addText(interned: InternedTexts, text: string): number {
  const id = interned.free.pop() ?? interned.texts.length;
  interned.ids.set(text, id);
  interned.texts[id] = text;
  return id;
}
