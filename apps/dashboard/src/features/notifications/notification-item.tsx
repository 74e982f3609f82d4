import { Link } from '@tanstack/react-router';
import type { Notification } from '@tollkeeper/contract';
import { ShieldAlert } from 'lucide-react';
import { TimeAgo } from '../../components/time-ago.tsx';
import { joinClasses } from '../../lib/join-classes.ts';

interface NotificationItemProps {
  readonly notification: Notification;
  /** Called when the person follows it to its page. */
  readonly onOpen: (notification: Notification) => void;
}

/** One notification, which leads to the page about it. */
export function NotificationItem({ notification, onOpen }: NotificationItemProps) {
  const { text, at, path, readAt, isSecurity } = notification;
  const isUnread = readAt === null;
  return (
    <li>
      <Link
        to={path as '/'}
        onClick={() => onOpen(notification)}
        className="flex gap-3 px-4 py-3 hover:bg-sunken"
      >
        <span
          aria-hidden
          className={joinClasses(
            'mt-1.5 size-2 shrink-0 rounded-full',
            isUnread ? 'bg-accent' : 'bg-transparent',
          )}
        />
        <span className="min-w-0 flex-1 leading-snug">
          {isUnread ? <span className="sr-only">Unread: </span> : null}
          <bdi className={joinClasses('[overflow-wrap:anywhere]', isUnread && 'font-medium')}>
            {text}
          </bdi>
          <span className="mt-0.5 flex items-center gap-1.5 text-[0.8125rem] text-soft">
            {isSecurity ? (
              <>
                <ShieldAlert size={13} aria-hidden />
                Security ·
              </>
            ) : null}
            <TimeAgo at={at} />
          </span>
        </span>
      </Link>
    </li>
  );
}
