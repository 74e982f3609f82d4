import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Notification } from '@tollkeeper/contract';
import { Bell as BellIcon } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LoadError } from '../../components/notice.tsx';
import { formatCount } from '../../lib/format.ts';
import { NotificationItem } from './notification-item.tsx';
import { bellQuery, markReadMutation } from './queries.ts';

const COUNTED_MAX = 99;

/** How many notifications are unread, and the latest of them. */
export function Bell() {
  const [isOpen, setOpen] = useState(false);
  const { data, error, refetch } = useQuery(bellQuery);
  const markRead = useMutation(markReadMutation);
  const unread = data?.unreadCount ?? 0;
  const newest = data?.data[0];
  const close = () => setOpen(false);
  const open = ({ id, readAt }: Notification) => {
    close();
    if (readAt === null) markRead.mutate({ ids: [id] });
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button
          look="quiet"
          size="icon"
          className="relative"
          aria-label={unread === 0 ? 'Notifications' : `Notifications: ${unread} unread`}
        >
          <BellIcon size={18} aria-hidden />
          {unread > 0 ? (
            <span
              aria-hidden
              className="absolute -top-0.5 -right-0.5 min-w-4.5 rounded-full bg-accent px-1 text-center font-semibold text-[0.6875rem] text-on-accent leading-4.5"
            >
              {unread > COUNTED_MAX ? `${COUNTED_MAX}+` : formatCount(unread)}
            </span>
          ) : null}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label="Notifications"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          className="animate-fade z-60 flex max-h-[min(32rem,var(--radix-popover-content-available-height))] w-96 max-w-(--radix-popover-content-available-width) flex-col rounded-lg border border-line bg-surface shadow-float"
        >
          <div className="flex min-h-12 items-center justify-between gap-3 border-line border-b px-4">
            <h2 className="font-semibold">Notifications</h2>
            {unread > 0 && newest ? (
              <Button
                size="small"
                look="quiet"
                pending={markRead.isPending}
                onClick={() => markRead.mutate({ upToId: newest.id })}
              >
                Mark all as read
              </Button>
            ) : null}
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto">
            {error && !data ? (
              <div className="p-4">
                <LoadError what="notifications" error={error} onRetry={refetch} />
              </div>
            ) : null}
            {data?.data.length === 0 ? (
              <p className="px-4 py-8 text-center text-soft">Nothing has happened yet.</p>
            ) : (
              <ul className="divide-y divide-line">
                {data?.data.map((each) => (
                  <NotificationItem key={each.id} notification={each} onOpen={open} />
                ))}
              </ul>
            )}
          </div>
          <div className="border-line border-t px-4 py-2.5">
            <Link
              to="/notifications"
              onClick={close}
              className="text-accent underline-offset-4 hover:underline"
            >
              All notifications and preferences
            </Link>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
