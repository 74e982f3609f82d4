/** Messages of chat services: what they look like, and how they are posted. */

export { chatMessage, type ShownNotification, testMessage } from './chat-message.ts';
export { type SentMessage, sendMessage } from './send-message.ts';
