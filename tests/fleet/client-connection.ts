/** One connection of a client, kept for many requests. */
import { Agent, get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface ClientConnection {
  /** @throws Error when the connection fails. */
  ask(path?: string): Promise<ClientAnswer>;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export function openConnection(baseUrl: string, secret: string): ClientConnection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const headers = { 'x-api-key': secret };
  return {
    async ask(path = '/') {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        get(`${baseUrl}${path}`, { agent, headers }, resolve).once('error', reject);
      });
      await text(answer);
      return { status: answer.statusCode ?? 0, headers: answer.headers };
    },
  };
}
