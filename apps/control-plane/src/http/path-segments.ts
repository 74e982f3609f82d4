import type { Route } from '@tollkeeper/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';

export type Done = (error?: Error) => void;

/** Fastify's own form of the path. */
export function serverPath({ path, segments }: Route): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => (name === segments ? '*' : `:${name}`));
}

/** Gives the parameter that may contain slashes its name, which Fastify has none for. */
export function namesSegments(name: string) {
  return (request: FastifyRequest, _reply: FastifyReply, done: Done): void => {
    const { '*': path, ...params } = request.params as Record<string, string>;
    request.params = { ...params, [name]: path };
    done();
  };
}
