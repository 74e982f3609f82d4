import type { Services } from '../../context.ts';
import { deriveNotifications } from './derive-notifications.ts';
import { findGatewayFindings } from './find-gateway-findings.ts';
import { findNetworkFindings } from './find-network-findings.ts';
import { queueMails } from './mail/queue-mails.ts';

/** The job that stores notifications and hands their mails over. */
export const DELIVER_NOTIFICATIONS = 'deliver-notifications';

/**
 * Stores all notifications that follow from what is committed, and hands over the mails that are due. Any number of
 * processes may run it.
 */
export async function deliverNotifications(
  services: Services,
  stopping: AbortSignal = new AbortController().signal,
): Promise<{ readonly considered: number; readonly mails: number }> {
  let [considered, mails] = [0, 0];
  for (let isMore = true; isMore && !stopping.aborted; ) {
    const derived = await deriveNotifications(services);
    considered += derived.considered;
    isMore = derived.isMore;
  }
  await findGatewayFindings(services);
  await findNetworkFindings(services);
  for (let isMore = true; isMore && !stopping.aborted; ) {
    const handed = await queueMails(services);
    mails += handed.queued;
    isMore = handed.isMore;
  }
  return { considered, mails };
}
