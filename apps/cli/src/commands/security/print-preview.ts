import type { RouteOutput, Routes, SecurityEffect } from '@tollkeeper/contract';
import { hint, printLine, printTable } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted } from '../../text/counted.ts';

type Preview = RouteOutput<Routes['previewSecurity']>;

const MEANINGS: Readonly<Record<SecurityEffect, string>> = {
  expires_sooner: 'expires sooner',
  expires_later: 'expires later',
  expires_now: 'expires now',
  works_again: 'works again',
  disabled_by_next_job: 'disabled by the next daily job',
  address_refused: 'refused at the address it was used from',
  needs_second_factor: 'needs a second factor first',
  session_ends: 'signed out',
};

/** Prints the keys and members that a change of the rules would affect. */
export function printPreview(io: Surroundings, preview: Preview, limitsAddresses: boolean): void {
  const { keysCount, membersCount, keys, members, excludesYou } = preview;
  printLine(
    io,
    `Would affect ${counted(keysCount, 'key')} and ${counted(membersCount, 'member')}.`,
  );
  const affected = [
    ...keys.map(({ name, prefix, effects }) => ({ what: `${name} (${prefix}…)`, effects })),
    ...members.map(({ name, effects }) => ({ what: name, effects })),
  ];
  if (affected.length > 0) {
    printTable(
      io,
      [
        { title: 'AFFECTED', cell: ({ what }) => what, widthMin: 16 },
        {
          title: 'EFFECT',
          cell: ({ effects }) => effects.map((each) => MEANINGS[each]).join(', '),
        },
      ],
      affected,
    );
  }
  const unlisted = keysCount - keys.length + (membersCount - members.length);
  if (unlisted > 0) hint(io, `${unlisted} more are not listed.`);
  if (limitsAddresses) {
    hint(
      io,
      'The ranges apply to all keys and sessions; where they are used is not known. All that are used from another address will be refused.',
    );
  }
  if (excludesYou) hint(io, 'The ranges leave out your own address: saving this is refused.');
}
