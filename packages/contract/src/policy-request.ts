import { z } from 'zod';
import { labels, visibleLine } from './text.ts';

export const HTTP_METHOD = /^[A-Z]{1,32}$/;
export const HTTP_METHOD_RULE = 'must be a method of HTTP, such as GET';
export const CALL_PATH = /^\/[^?#\s]*$/;
export const CALL_PATH_RULE = 'must be a path without a query, such as /v1/invoices';

/** Of a model, a method of MCP or a tool. */
const BODY_TEXT_MAX = 1024;

/** What policies can ask about a request, beside its key, its address and its time. */
export const policyRequest = z
  .strictObject({
    method: z
      .string()
      .regex(HTTP_METHOD, HTTP_METHOD_RULE)
      .meta({ examples: ['GET'] }),
    path: z
      .string()
      .max(8192)
      .regex(CALL_PATH, CALL_PATH_RULE)
      .meta({ description: 'Path without its query, as it was sent', examples: ['/v1/invoices'] }),
    host: visibleLine(255)
      .optional()
      .meta({ examples: ['api.example.com'] }),
    headers: z
      .record(z.string().max(255), z.string().max(8192))
      .optional()
      .meta({ description: 'Those that policies name, at least' }),
    model: z
      .string()
      .max(BODY_TEXT_MAX)
      .optional()
      .meta({ description: 'Model that its body asks for', examples: ['gpt-5'] }),
    mcp: z
      .strictObject({
        method: z
          .string()
          .max(BODY_TEXT_MAX)
          .meta({ examples: ['tools/call'] }),
        tool: z
          .string()
          .max(BODY_TEXT_MAX)
          .optional()
          .meta({ description: 'Name of the tool, with the method tools/call' }),
      })
      .optional()
      .meta({ id: 'PolicyMessage', description: 'Message to an MCP server that its body is' }),
    gateway: visibleLine(64)
      .optional()
      .meta({ description: 'Name of the gateway; empty unless given' }),
    labels: labels.optional().meta({ description: 'Labels of the gateway' }),
    route: visibleLine(1024)
      .optional()
      .meta({ description: 'Path of the route that the request takes at the gateway' }),
  })
  .meta({ id: 'PolicyRequest' });
export type PolicyRequestInput = z.output<typeof policyRequest>;
