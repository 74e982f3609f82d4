import type { InvitationWithLink } from '@tollkeeper/contract';
import type { JsonOption } from '../../cli.ts';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { hint, printJson, printLine } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';
import { relativeTime } from '../../text/relative-time.ts';

/**
 * Prints the link alone on standard output, where no mail took it. Throws Failure if the answer
 * holds none: a repeated creation does not show it again.
 */
export function printInvitation(
  io: Surroundings,
  invitation: InvitationWithLink,
  { json }: JsonOption,
): void {
  const { email, sent, link } = invitation;
  if (json) printJson(io, invitation);
  if (!sent && link === undefined) {
    const advice = `Run "tollkeeper invitations resend ${invitation.id}" for a new one.`;
    throw new Failure(EXIT.unexpected, `${email} is invited, but the link was lost. ${advice}`);
  }
  if (!json) printForPerson(io, invitation);
}

function printForPerson(io: Surroundings, invitation: InvitationWithLink): void {
  const { email, roleName, link } = invitation;
  const expiry = relativeTime(invitation.expiresAt, io.now());
  const text = `Invited ${email} as ${roleName}; the invitation expires ${expiry}.`;
  if (link === undefined) {
    printLine(io, `${text} The link went out by mail.`);
  } else {
    hint(io, text);
    hint(io, 'No mail was sent. Hand this link over yourself; it is shown only now:');
    printLine(io, link);
  }
}
