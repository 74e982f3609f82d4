import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import type { Notification } from '@tollkeeper/contract';
import { Bell } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { SegmentedChoice } from '../../components/forms/choices.tsx';
import { LoadError } from '../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { useCan } from '../sessions/index.ts';
import { DefaultsPanel } from './defaults-panel.tsx';
import { NotificationItem } from './notification-item.tsx';
import { PreferencesPanel } from './preferences-panel.tsx';
import { markReadMutation, notificationsQuery } from './queries.ts';

const CHOICES = [
  { value: 'all', label: 'All' },
  { value: 'unread', label: 'Unread' },
] as const;

export function NotificationsPage() {
  usePageTitle('Notifications');
  const maySeeDefaults = useCan('notifications.read');
  return (
    <>
      <PageHeader
        title="Notifications"
        lead="What happened to your keys, and in what you may see of the organization. Notifications are kept for 90 days."
      />
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <NotificationList />
        <div className="grid gap-5">
          <PreferencesPanel />
          {maySeeDefaults ? <DefaultsPanel /> : null}
        </div>
      </div>
    </>
  );
}

function NotificationList() {
  const [shown, setShown] = useState<'all' | 'unread'>('all');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    notificationsQuery(shown === 'unread'),
  );
  const markRead = useMutation(markReadMutation);
  const items = data?.pages.flatMap((page) => page.data) ?? [];
  const [newest] = items;
  const unread = data?.pages[0]?.unreadCount ?? 0;
  const open = ({ id, readAt }: Notification) => {
    if (readAt === null) markRead.mutate({ ids: [id] });
  };
  return (
    <Panel
      title="Latest"
      aside={<SegmentedChoice legend="Shown" value={shown} onChoose={setShown} choices={CHOICES} />}
    >
      {error && !data ? (
        <div className="p-5">
          <LoadError what="notifications" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {data && items.length === 0 ? (
        <EmptyState icon={<Bell size={22} />} title="No notifications">
          {shown === 'unread'
            ? 'You have read all of them.'
            : 'What happens to your keys appears here.'}
        </EmptyState>
      ) : (
        <ul className="mt-2 divide-y divide-line border-line border-t">
          {items.map((each) => (
            <NotificationItem key={each.id} notification={each} onOpen={open} />
          ))}
        </ul>
      )}
      {items.length > 0 ? (
        <footer className="flex flex-wrap gap-2 border-line border-t px-4 py-3">
          {unread > 0 && newest ? (
            <Button
              size="small"
              pending={markRead.isPending}
              onClick={() => markRead.mutate({ upToId: newest.id })}
            >
              Mark all as read
            </Button>
          ) : null}
          {hasNextPage ? (
            <Button size="small" pending={isFetchingNextPage} onClick={() => fetchNextPage()}>
              Show older
            </Button>
          ) : null}
        </footer>
      ) : null}
    </Panel>
  );
}
