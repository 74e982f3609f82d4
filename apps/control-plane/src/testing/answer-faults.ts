/** Answers that the OpenAPI document does not declare, until the test that caused them fails by them. */
import type { Server } from 'node:http';
import { withoutBasePath } from '../http/server-options.ts';
import { checkAnswer, isJson } from './check-answer.ts';
import { type SentAnswer, watchAnswer } from './watch-answer.ts';

let faults: unknown[] = [];

/** Compares all that the server answers on the API with the document: to fetch, SDK and raw sockets alike. */
export function checkAnswersOf(server: Server, basePath: string): void {
  server.prependListener('request', (request, response) => {
    watchAnswer(request, response, (answer) => recordAnswer(answer, basePath));
  });
}

/** @param basePath under which the server answers, which a proxy may have taken out already */
export function recordAnswer({ text, ...answer }: SentAnswer, basePath: string): void {
  const path = withoutBasePath(answer.path, basePath);
  try {
    const body = isJson(answer.type) && text !== '' ? JSON.parse(text) : text;
    checkAnswer({ ...answer, path, body });
  } catch (fault) {
    faults.push(fault);
  }
}

/** @throws AggregateError with those since the last time */
export function throwAnswerFaults(): void {
  const found = faults;
  faults = [];
  if (found.length === 0) return;
  throw new AggregateError(found, found.map((each) => (each as Error).message).join('\n'));
}
