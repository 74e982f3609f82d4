/** Notifications on their way to chat destinations. */

export { deliverChats, deliverChatsDue } from './deliver-chats.ts';
export { DELIVER_CHATS } from './report-failing.ts';
