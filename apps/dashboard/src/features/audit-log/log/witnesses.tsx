import { type StatusTone, StatusWord } from '../../../components/status-word.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { formatCount } from '../../../lib/format.ts';
import { useCan } from '../../sessions/index.ts';
import type { AuditLog } from './queries.ts';

type Witness = AuditLog['witnesses'][number];

/** Who cosigns the checkpoints from outside: each with how far it is, and why it is no further. */
export function Witnesses({ witnesses }: Pick<AuditLog, 'witnesses'>) {
  const maySeeFleet = useCan('fleet.read');
  return (
    <>
      {witnesses.length === 0 ? (
        <p>None from outside. The operator of the server configures them.</p>
      ) : (
        <ul aria-label="Outside witnesses" className="flex flex-col gap-2">
          {witnesses.map((witness) => (
            <li key={witness.name}>
              <StatusWord tone={toneOf(witness)}>
                <span className="whitespace-normal">{witness.name}</span>
              </StatusWord>
              <p className="text-[0.8125rem] text-soft">
                <Cosigned witness={witness} />
                {witness.problem === null ? null : ` ${witness.problem}`}
              </p>
            </li>
          ))}
        </ul>
      )}
      {maySeeFleet ? (
        <p className="mt-2 text-[0.8125rem] text-soft">
          Gateways are witnesses too. The details of a gateway say how far it has cosigned.
        </p>
      ) : null}
    </>
  );
}

function Cosigned({ witness: { size, cosignedAt } }: { readonly witness: Witness }) {
  if (cosignedAt === null) return 'Nothing cosigned yet.';
  return (
    <>
      Cosigned up to event {formatCount(size)}, <TimeAgoButton at={cosignedAt} />.
    </>
  );
}

function toneOf({ alarm, problem, cosignedAt }: Witness): StatusTone {
  if (alarm !== null) return 'bad';
  if (problem !== null) return 'warn';
  return cosignedAt === null ? 'off' : 'good';
}
