export interface ActionGroup {
  /** What the actions begin with: `api_key` in `api_key.create`. */
  readonly group: string;
  readonly title: string;
  readonly actions: Readonly<Record<string, string>>;
}

/** Actions about what receives events and notifications. */
export const RECEIVER_GROUPS: readonly ActionGroup[] = [
  {
    group: 'webhook_endpoint',
    title: 'Webhooks',
    actions: {
      create: 'Created a webhook endpoint',
      update: 'Edited a webhook endpoint',
      rotate_secret: 'Rotated the secret of a webhook endpoint',
      fail: 'Reported that a webhook endpoint fails',
      disable: 'Disabled a webhook endpoint',
      enable: 'Enabled a webhook endpoint',
      delete: 'Deleted a webhook endpoint',
      test: 'Sent a test event to a webhook endpoint',
      resend: 'Resent events to a webhook endpoint',
    },
  },
  {
    group: 'log_stream',
    title: 'Log streams',
    actions: {
      create: 'Created a log stream',
      update: 'Edited a log stream',
      pause: 'Paused a log stream',
      resume: 'Resumed a log stream',
      delete: 'Deleted a log stream',
      test: 'Sent a test event to a log stream',
      fail: 'A log stream began to fail',
      recover: 'A log stream recovered',
      skip: 'A log stream lost events',
    },
  },
  {
    group: 'chat_destination',
    title: 'Chat destinations',
    actions: {
      create: 'Created a chat destination',
      update: 'Edited a chat destination',
      enable: 'Enabled a chat destination',
      disable: 'Disabled a chat destination',
      delete: 'Deleted a chat destination',
      test: 'Sent a test message to a chat destination',
      fail: 'A chat destination began to fail',
      refuse: 'A chat destination refused the text of a notification',
    },
  },
];
