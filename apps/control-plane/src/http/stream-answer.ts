import type { StreamAnswer } from '@tollkeeper/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sends what the handler of such a route answers, once there is a stream. */
export async function sendStream(
  reply: FastifyReply,
  { contentType, fileName }: StreamAnswer,
  answer: unknown,
): Promise<unknown> {
  const stream = await answer;
  reply.header('content-type', contentType);
  if (fileName) reply.header('content-disposition', `attachment; filename="${fileName}"`);
  return stream;
}

/** Runs a check before the first byte of a stream. Where the check throws, nothing of it is sent. */
export function beforeStream(check: (request: FastifyRequest) => Promise<void>) {
  return async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    if (!(payload instanceof ReadableStream)) return payload;
    try {
      await check(request);
    } catch (error) {
      reply.removeHeader('content-disposition');
      await payload.cancel(error);
      throw error;
    }
    return payload;
  };
}
