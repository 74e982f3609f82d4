/** On one line, of at most so many characters: what the contract takes for people to read. */
export function toLine(text: string, max: number): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, max)
    .toWellFormed();
}
