import type { NotificationChannel, NotificationKind } from '@tollkeeper/contract';
import { ShieldAlert } from 'lucide-react';
import { Select } from '../../components/forms/controls.tsx';

/** Of one kind: what it is about, and where one is notified of it. */
interface Kind {
  readonly kind: NotificationKind;
  readonly title: string;
  readonly description: string;
  readonly isSecurity: boolean;
  readonly channel: NotificationChannel;
}

interface KindRowsProps<K extends Kind> {
  readonly kinds: readonly K[];
  readonly isDisabled?: boolean;
  /** What follows the description. */
  readonly remark?: (kind: K) => string | undefined;
  /** @param channel null for the default again */
  readonly onChoose: (kind: NotificationKind, channel: NotificationChannel | null) => void;
}

const CHANNELS = [
  { value: 'bell', label: 'Bell' },
  { value: 'mail', label: 'Email' },
  { value: 'both', label: 'Bell and email' },
  { value: 'none', label: 'Nowhere' },
  { value: 'default', label: 'Default' },
] as const;

/** The kinds of notifications, each with a choice that is saved at once. */
export function KindRows<K extends Kind>({
  kinds,
  isDisabled,
  remark,
  onChoose,
}: KindRowsProps<K>) {
  return (
    <ul className="divide-y divide-line">
      {kinds.map((each) => (
        <li
          key={each.kind}
          className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-5 py-3"
        >
          <div className="min-w-0 flex-[1_1_14rem] leading-snug">
            <p className="flex items-center gap-1.5 font-medium">
              {each.isSecurity ? <ShieldAlert size={14} role="img" aria-label="Security" /> : null}
              {each.title}
            </p>
            <p className="text-[0.8125rem] text-soft">
              {each.description}. {remark?.(each)}
            </p>
          </div>
          <div className="w-44">
            <Select
              aria-label={each.title}
              value={each.channel}
              disabled={isDisabled}
              onChange={({ target }) =>
                onChoose(
                  each.kind,
                  target.value === 'default' ? null : (target.value as NotificationChannel),
                )
              }
              options={CHANNELS}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}
