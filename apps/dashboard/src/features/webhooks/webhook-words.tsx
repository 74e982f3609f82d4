import {
  WEBHOOK_COUNTED_MAX,
  type WebhookDisableReason,
  type WebhookEndpoint,
} from '@tollkeeper/contract';
import { StatusWord } from '../../components/status-word.tsx';
import { formatCount } from '../../lib/format.ts';
import { ACTION_GROUPS, actionWords } from '../audit-events/index.ts';

const REASONS: Readonly<Record<WebhookDisableReason, string>> = {
  by_request: 'Disabled',
  gone: 'Disabled: gone',
  failing: 'Disabled: failed',
};

export function WebhookStatus({ status, disabledReason, failingSince }: WebhookEndpoint) {
  if (status === 'disabled') {
    const tone = disabledReason === 'by_request' ? 'off' : 'bad';
    return <StatusWord tone={tone}>{REASONS[disabledReason ?? 'by_request']}</StatusWord>;
  }
  if (failingSince !== null) return <StatusWord tone="warn">Failing</StatusWord>;
  return <StatusWord tone="good">Enabled</StatusWord>;
}

/** With a plus where there may be more: those not counted, and events that wait to become deliveries. */
export function pendingWords({ pendingCount, isBehind }: WebhookEndpoint): string {
  return isBehind ? `${formatCount(pendingCount)}+` : countedWords(pendingCount);
}

export function failedWords({ failedCount }: WebhookEndpoint): string {
  return countedWords(failedCount);
}

function countedWords(count: number): string {
  return count < WEBHOOK_COUNTED_MAX ? formatCount(count) : `${formatCount(count)}+`;
}

/** "All events"; "API keys: all, Edited a policy". */
export function eventTypesWords(eventTypes: readonly string[]): string {
  if (eventTypes.includes('*')) return 'All events';
  return eventTypes.map(eventTypeWords).join(', ');
}

function eventTypeWords(type: string): string {
  const [group = '', verb] = type.split('.');
  if (verb !== '*') return actionWords(type);
  return `${ACTION_GROUPS.find((each) => each.group === group)?.title ?? group}: all`;
}
