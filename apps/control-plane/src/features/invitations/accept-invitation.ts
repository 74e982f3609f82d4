import { createId, type RouteInput, type Routes } from '@tollkeeper/contract';
import { hashPassword } from 'better-auth/crypto';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Origin, Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { admission, apiKey, invitation, member, user } from '../../db/schema/index.ts';
import { DomainError, invalidField } from '../../domain-error.ts';
import { invitationFacts, invitationSentAt } from '../../write/created-facts.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { commit } from '../../write/write.ts';
import {
  type Auth,
  confirmUser,
  insertUser,
  proveAddress,
  type SessionUser,
  signIn,
} from '../identity/index.ts';
import { lockOpenInvitation, openInvitation } from './find-invitation.ts';

/** Who opened the link; perhaps in a session. */
interface Visitor {
  readonly services: Services;
  readonly auth: Auth;
  readonly origin: Origin;
  /** The user of the session cookie. @throws DomainError cross_origin */
  readonly findUser: () => Promise<SessionUser | undefined>;
  readonly setCookies: (cookies: string[]) => void;
}

type Body = RouteInput<Routes['acceptInvitation']>['body'];

/**
 * Makes a member of the invited person, once. They come by the session of the invited address, or,
 * where it has no account, with a name and a password, which starts a session.
 * @throws DomainError invitation_invalid, invitation_blocked, unauthenticated, invited_address_differs,
 *   invalid_state
 */
export async function acceptInvitation(visitor: Visitor, { body }: { body: Body }) {
  const { services, auth } = visitor;
  const open = await openInvitation(services.db, body.token, services.clock());
  const joiner = await findJoiner(visitor, open.email, body);
  const memberId =
    (await findFormerMember(services, open.organizationId, joiner)) ??
    createId('member', services.randomBytes);
  const joined = await join(visitor, body.token, joiner, open.organizationId, memberId);
  if (joiner.password !== undefined) {
    visitor.setCookies(await signIn(auth, open.email, joiner.password));
  }
  return joined;
}

function join(
  { services, origin }: Visitor,
  token: string,
  joiner: Joiner,
  organizationId: string,
  memberId: string,
) {
  const actor = { type: 'member', memberId } as const;
  const source = { organizationId, actor, action: 'invitation.accept', origin } as const;
  return commit(services, source, async (tx) => {
    const now = services.clock();
    const row = await lockOpenInvitation(tx, token, now);
    const userId = await userIdOf(tx, joiner, row);
    const joined = { userId, organizationId, roleId: row.roleId, status: 'active' as const };
    await putMember(tx, { id: memberId, ...joined, createdAt: now }, row.email);
    const revoked = await revokeLeft(tx, organizationId, memberId, now);
    await recordAdmission(tx, row, memberId, now);
    await tx.delete(invitation).where(eq(invitation.id, row.id));
    await forgetAnswer(tx, row.organizationId, row.id);
    return {
      result: { organizationId, memberId },
      target: { type: 'invitation', id: row.id, name: row.email },
      before: invitationFacts(row),
      after: {
        ...{ memberId, roleId: row.roleId, status: 'active' },
        ...(revoked.length > 0 ? { revokedKeys: revoked.map(({ id }) => id) } : {}),
      },
      changes: [
        { kind: 'member', subjectId: memberId },
        ...revoked.map(({ id, workspaceId }) => ({
          kind: 'key' as const,
          subjectId: id,
          workspaceId,
        })),
      ],
    };
  });
}

/** A member who was removed gets the old row again; the keys that were revoked stay revoked. */
async function putMember(tx: Transaction, row: typeof member.$inferInsert, email: string) {
  const { roleId, status, createdAt } = row;
  const put = await tx
    .insert(member)
    .values(row)
    .onConflictDoUpdate({
      target: [member.organizationId, member.userId],
      set: { roleId, status, createdAt, lastSeenAt: null },
      setWhere: eq(member.status, 'removed'),
    })
    .returning({ id: member.id });
  if (put[0]?.id === row.id) return;
  throw new DomainError('invalid_state', `"${email}" is a member already. Sign in instead.`);
}

/**
 * Of a member who was removed, keys may be left where a cascade was interrupted: it removes members
 * first. They must not work again.
 */
function revokeLeft(tx: Transaction, organizationId: string, memberId: string, now: Date) {
  return tx
    .update(apiKey)
    .set({
      status: 'revoked',
      revokedAt: now,
      revokeReason: 'Its owner was removed from the organization',
    })
    .where(
      and(
        eq(apiKey.organizationId, organizationId),
        eq(apiKey.memberId, memberId),
        inArray(apiKey.status, ['active', 'disabled']),
      ),
    )
    .returning({ id: apiKey.id, workspaceId: apiKey.workspaceId });
}

/**
 * Revoking a key with what it created takes along the members whom it admitted. Their latest admission
 * decides, so it is the latest by time as well, whatever the clock of an earlier process showed.
 */
async function recordAdmission(
  tx: Transaction,
  row: typeof invitation.$inferSelect,
  memberId: string,
  now: Date,
): Promise<void> {
  const { organizationId, invitedBy, createdByKeyId } = row;
  const at = (time: Date) => sql`${time.toISOString()}::timestamptz`;
  await tx.execute(sql`
    insert into ${admission} (organization_id, member_id, invited_by, created_by_key_id, invited_at,
      admitted_at)
    select ${organizationId}, ${memberId}, ${invitedBy}, ${createdByKeyId}::text,
      ${at(invitationSentAt(row))}, greatest(${at(now)}, max(${admission.admittedAt}) + interval '1 ms')
    from ${admission}
    where ${admission.organizationId} = ${organizationId} and ${admission.memberId} = ${memberId}`);
}

async function findFormerMember({ db }: Services, organizationId: string, joiner: Joiner) {
  if (joiner.userId === undefined) return undefined;
  const [row] = await db
    .select({ id: member.id })
    .from(member)
    .where(and(eq(member.organizationId, organizationId), eq(member.userId, joiner.userId)));
  return row?.id;
}

/** Who joins: somebody with an account, or somebody who gets one now. */
type Joiner =
  | { readonly userId: string; readonly sessionId: string; readonly password?: undefined }
  | {
      readonly userId?: undefined;
      readonly name: string;
      readonly password: string;
      readonly passwordHash: string;
    };

interface Given {
  readonly name?: string | undefined;
  readonly password?: string | undefined;
}

interface Asking {
  readonly services: Pick<Services, 'db'>;
  readonly findUser: () => Promise<SessionUser | undefined>;
}

/**
 * Who asks, if they are the one with the address. A link may have been forwarded or found, so an
 * account joins only by a session of its own; the link alone opens none.
 * @throws DomainError invited_address_differs, unauthenticated, validation_failed
 */
async function findJoiner(
  { services: { db }, findUser }: Asking,
  email: string,
  given: Given,
): Promise<Joiner> {
  const signedIn = await findUser();
  const [known] = await db.select({ id: user.id }).from(user).where(eq(user.email, email));
  if (signedIn && signedIn.userId !== known?.id) {
    throw new DomainError(
      'invited_address_differs',
      `The invitation is for "${email}", and you are signed in with another address. Sign out, then open the link again.`,
    );
  }
  if (signedIn) return { userId: signedIn.userId, sessionId: signedIn.session.id };
  if (known) throw mustSignIn(email);
  const { name, password } = given;
  if (name === undefined) throw invalidField('name', 'is needed to make an account');
  if (password === undefined) throw invalidField('password', 'is needed to make an account');
  return { name, password, passwordHash: await hashPassword(password) };
}

interface Invited {
  readonly email: string;
  readonly linkMailed: boolean;
}

/**
 * The user who joins, whose session must still run; made now where there was none. A link that only the mailbox received proves
 * the address; one that the inviter was shown proves nothing, since they may use it themselves.
 * @throws DomainError unauthenticated
 */
async function userIdOf(
  tx: Transaction,
  joiner: Joiner,
  { email, linkMailed }: Invited,
): Promise<string> {
  if (joiner.userId !== undefined) {
    await confirmUser(tx, joiner);
    if (linkMailed) await proveAddress(tx, joiner.userId);
    return joiner.userId;
  }
  const { name, passwordHash } = joiner;
  const userId = await insertUser(tx, { name, email, passwordHash, emailVerified: linkMailed });
  if (userId === undefined) throw mustSignIn(email);
  return userId;
}

function mustSignIn(email: string): DomainError {
  return new DomainError(
    'unauthenticated',
    `"${email}" has an account on this server. Sign in with it, then open the link again.`,
  );
}
