import { canonicalJson } from '../canonical-json.ts';
import { VerificationError } from './verification-error.ts';

/**
 * Checks that a leaf is the event that belongs at its place.
 * @param origin of the log, which ends with the organization's id
 * @throws VerificationError naming the event
 */
export function checkLeaf(leaf: unknown, index: number, origin: string): void {
  const expected = index + 1;
  const { sequence, organizationId } = membersOf(leaf);
  if (typeof sequence !== 'number') {
    throw new VerificationError(`Event ${expected} is no audit event`, expected);
  }
  const organization = origin.slice(origin.lastIndexOf('/') + 1);
  if (organizationId !== organization) {
    const message = `Event ${expected} belongs to another organization, "${organizationId}"`;
    throw new VerificationError(message, expected);
  }
  if (sequence !== expected) {
    const message = `Event ${expected} is missing: event ${sequence} is there instead`;
    throw new VerificationError(message, expected);
  }
}

/**
 * A text with a member twice, or with spaces, shows different readers different events, under a hash that is right.
 * @throws VerificationError naming the event
 */
export function requireCanonical(text: string, leaf: unknown, index: number): void {
  if (isCanonical(text, leaf)) return;
  const message = `Event ${index + 1} is not canonical JSON: the log was signed with a text that no server writes`;
  throw new VerificationError(message, index + 1);
}

function isCanonical(text: string, leaf: unknown): boolean {
  try {
    return canonicalJson(leaf) === text;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** @throws VerificationError */
export function parseLeaf(text: string, index: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new VerificationError(`Event ${index + 1} is not JSON`, index + 1);
  }
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
