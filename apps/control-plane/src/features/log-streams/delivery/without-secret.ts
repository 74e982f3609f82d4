const MARK = '[secret]';
/** A part of a header's value that is no secret by itself, such as `Bearer`, is shorter. */
const PART_MIN = 8;

/** A text of the destination without the secret that it was sent: some answer with what they received. */
export function withoutSecret(text: string, secret: string | null): string {
  if (secret === null) return text;
  const parts = [secret, ...secret.split(' ')].filter((part) => part.length >= PART_MIN);
  const written = parts.flatMap((part) => [
    part,
    JSON.stringify(part).slice(1, -1),
    encodeURIComponent(part),
    Buffer.from(part).toString('base64'),
  ]);
  return written.reduce((clean, each) => clean.replaceAll(each, MARK), text);
}
