/** For `--import` in a server that a test spawns: tells the test, by a pipe, what the API answers. */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { watchAnswer } from '../../apps/control-plane/src/testing/watch-answer.ts';

const ANSWERS_FD = 3;
const pipe = new Socket({ fd: ANSWERS_FD, readable: false, writable: true });
// The test may end first; the server is not to wait for it, nor to end by it.
pipe.on('error', () => undefined);
pipe.unref();

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  watchAnswer(request, response, (answer) => void pipe.write(`${JSON.stringify(answer)}\n`));
});
