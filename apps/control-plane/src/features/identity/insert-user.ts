import { randomUUID } from 'node:crypto';
import type { Transaction } from '../../db/connect.ts';
import { account, user } from '../../db/schema/index.ts';

interface NewUser {
  readonly name: string;
  readonly email: string;
  /** Whether the person has shown that they read mail at the address. */
  readonly emailVerified: boolean;
  /** As `hashPassword` of Better Auth makes it: slow, so not inside a transaction. */
  readonly passwordHash: string;
}

/**
 * As Better Auth stores a user with a password; it takes over from here.
 * @returns the user's id; undefined when the address has an account already
 */
export async function insertUser(
  tx: Transaction,
  { passwordHash, ...person }: NewUser,
): Promise<string | undefined> {
  const id = randomUUID();
  const inserted = await tx
    .insert(user)
    .values({ id, ...person, email: person.email.toLowerCase() })
    .onConflictDoNothing({ target: user.email })
    .returning({ id: user.id });
  if (inserted.length === 0) return undefined;
  await tx.insert(account).values({
    id: randomUUID(),
    accountId: id,
    providerId: 'credential',
    userId: id,
    password: passwordHash,
  });
  return id;
}
