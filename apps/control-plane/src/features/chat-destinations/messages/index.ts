/** Messages of chat services: what they look like, and how they are posted. */

export {
  chatMessage,
  type ShownNotification,
  testMessage,
  withheldMessage,
} from './chat-message.ts';
export { isRefusal, type SentMessage, sendMessage } from './send-message.ts';
