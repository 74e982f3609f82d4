/** Chat destinations: channels of Slack and Microsoft Teams that receive notifications. */

export { CHAT_KEY_INFO, type ChatServices } from './chat-services.ts';
export { DELIVER_CHATS, deliverChats } from './delivery/index.ts';
export { getChatDestination, listChatDestinations } from './list-chat-destinations.ts';
export {
  deleteChatDestination,
  disableChatDestination,
  enableChatDestination,
} from './manage-chat-destination.ts';
export { createChatDestination, updateChatDestination } from './save-chat-destination.ts';
export { testChatDestination } from './test-chat-destination.ts';
