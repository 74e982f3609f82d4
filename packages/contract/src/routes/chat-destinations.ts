import { z } from 'zod';
import {
  chatDestination,
  chatDestinationTest,
  chatKinds,
  chatService,
} from '../chat-destination-schemas.ts';
import { edit } from '../edit.ts';
import { chatDestinationId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { visibleLine } from '../text.ts';
import { webhookUrl } from '../webhook-schemas.ts';

const tag = 'Chat destinations';
const access = 'integrations.manage';
const params = z.strictObject({ id: chatDestinationId });
const name = visibleLine(64).meta({ examples: ['#security'] });
const url = webhookUrl.meta({
  description: 'Incoming webhook of the chat. It is stored encrypted, and no answer shows it',
  examples: ['https://hooks.slack.com/services/…'],
});

export const listChatDestinations = defineRoute({
  method: 'GET',
  path: '/v1/integrations/chat-destinations',
  access: 'integrations.read',
  summary: 'List chat destinations with their health',
  tag,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(chatDestination),
  errors: ['outside_workspace'],
});

export const createChatDestination = defineRoute({
  method: 'POST',
  path: '/v1/integrations/chat-destinations',
  access,
  summary:
    'Create a chat destination, which receives notifications in Slack or Microsoft Teams; asks for the scopes that show you the same',
  tag,
  body: z.strictObject({ name, service: chatService, url, kinds: chatKinds }),
  status: 201,
  response: chatDestination,
  errors: ['outside_workspace', 'invalid_state', 'idempotency_conflict'],
  idempotent: true,
});

export const getChatDestination = defineRoute({
  method: 'GET',
  path: '/v1/integrations/chat-destinations/{id}',
  access: 'integrations.read',
  summary: 'Read a chat destination with its health',
  tag,
  params,
  status: 200,
  response: chatDestination,
  errors: ['not_found'],
});

export const updateChatDestination = defineRoute({
  method: 'PATCH',
  path: '/v1/integrations/chat-destinations/{id}',
  access,
  summary:
    'Edit a chat destination. To send further kinds, or to another URL, asks for the scopes that show you the same',
  tag,
  params,
  body: edit({ name: name.optional(), url: url.optional(), kinds: chatKinds.optional() }),
  status: 200,
  response: chatDestination,
  errors: ['not_found', 'edit_conflict'],
});

export const deleteChatDestination = defineRoute({
  method: 'DELETE',
  path: '/v1/integrations/chat-destinations/{id}',
  access,
  summary: 'Delete a chat destination',
  tag,
  params,
  status: 204,
  errors: ['not_found'],
});

export const enableChatDestination = defineRoute({
  method: 'POST',
  path: '/v1/integrations/chat-destinations/{id}/enable',
  access,
  summary: 'Enable a chat destination: it receives what happens from now on',
  tag,
  params,
  status: 200,
  response: chatDestination,
  errors: ['not_found'],
});

export const disableChatDestination = defineRoute({
  method: 'POST',
  path: '/v1/integrations/chat-destinations/{id}/disable',
  access,
  summary: 'Disable a chat destination: it receives nothing until it is enabled',
  tag,
  params,
  status: 200,
  response: chatDestination,
  errors: ['not_found'],
});

export const testChatDestination = defineRoute({
  method: 'POST',
  path: '/v1/integrations/chat-destinations/{id}/test',
  access,
  summary: 'Send a test message now, even to one that is disabled, and answer with what came of it',
  tag,
  params,
  status: 200,
  response: chatDestinationTest,
  errors: ['not_found', 'rate_limited'],
});
