/** The shortest and longest password that the server takes. */
export const PASSWORD_LENGTH_MIN = 12;
export const PASSWORD_LENGTH_MAX = 128;

export type PasswordStrength = 'weak' | 'fair' | 'strong';

const FAIR_FROM = 9;
const STRONG_FROM = 14;

/**
 * A rough estimate, from the characters that a reader could not have foreseen: not those that repeat
 * or continue the ones before them, as in "aaaa", "1234" and "abcabc".
 */
export function passwordStrength(password: string): PasswordStrength {
  const count = countUnforeseen(password.toLowerCase());
  if (count >= STRONG_FROM) return 'strong';
  return count >= FAIR_FROM ? 'fair' : 'weak';
}

function countUnforeseen(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const step = at === 0 ? Number.NaN : text.charCodeAt(at) - text.charCodeAt(at - 1);
    const continues = Math.abs(step) <= 1;
    const repeats = at >= 3 && text.slice(0, at).includes(text.slice(at - 2, at + 1));
    if (!continues && !repeats) count += 1;
  }
  return count;
}

/** Why the server would refuse the password; undefined when it would take it. */
export function passwordError(password: string): string | undefined {
  if (password.length >= PASSWORD_LENGTH_MIN) return undefined;
  return `Use at least ${PASSWORD_LENGTH_MIN} characters. This has ${password.length}.`;
}
