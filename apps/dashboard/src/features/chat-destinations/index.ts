/** Chat destinations: channels of Slack and Microsoft Teams that receive notifications. */
export { ChatDestinationsPage } from './chat-destinations-page.tsx';
