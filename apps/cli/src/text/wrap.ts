import { displayWidth } from './display-width.ts';

/** The text's words on lines of so many columns; a word that is longer stands alone. */
export function wrap(text: string, widthMax: number): string[] {
  const lines: string[] = [];
  let [line = '', ...words] = text.split(' ');
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (displayWidth(longer) <= widthMax) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
