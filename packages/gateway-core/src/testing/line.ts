import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FLEET_PATH, type Upward } from '@tollkeeper/protocol';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

/** For tests: somebody between a gateway and its control plane, who sees and changes what passes. */
export interface Line {
  /** What the gateway takes for the control plane. */
  readonly url: string;
  /** All that the control plane has said, on any connection. */
  readonly said: Uint8Array[];
  /** What it has said since `hold`. */
  readonly held: Uint8Array[];
  /** All that the gateway has said. */
  readonly heard: Upward[];
  /** Says it to the gateway, as if the control plane had. */
  say(frames: readonly Uint8Array[]): void;
  /** Lets nothing through to the gateway, until it is released, all of it. */
  hold(): void;
  release(): void;
  /** Cuts the connection; on the next ones the frames are said in place of the control plane. */
  impersonate(frames: readonly Uint8Array[]): void;
  /** Cuts the connection; the next ones lead to the control plane again. */
  restore(): void;
}

export async function startLine(target: string): Promise<Line> {
  const server = createServer((request, response) => void passOn(target, request, response));
  const sockets = new WebSocketServer({ server, path: FLEET_PATH });
  let gateway: WebSocket | undefined;
  let isHeld = false;
  let instead: readonly Uint8Array[] | undefined;
  const cut = () => {
    for (const socket of sockets.clients) socket.terminate();
  };
  sockets.on('connection', (socket) => {
    gateway = socket;
    socket.on('message', (data) => void self.heard.push(JSON.parse(String(data))));
    if (instead) return self.say(instead);
    const controlPlane = new WebSocket(target.replace('http', 'ws') + FLEET_PATH);
    controlPlane.on('error', () => undefined).on('close', () => socket.terminate());
    controlPlane.on('message', (data: Buffer) => {
      self.said.push(data);
      if (isHeld) self.held.push(data);
      else socket.send(data);
    });
    socket.on('close', () => controlPlane.terminate());
    socket.on('message', (data) => controlPlane.send(String(data)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    cut();
    server.close();
  });
  const self: Line = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    said: [],
    held: [],
    heard: [],
    say(frames) {
      for (const frame of frames) gateway?.send(frame);
    },
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
      self.say(self.held.splice(0));
    },
    impersonate(frames) {
      instead = frames;
      cut();
    },
    restore() {
      instead = undefined;
      cut();
    },
  };
  return self;
}

/** A request to join. */
async function passOn(target: string, request: IncomingMessage, response: ServerResponse) {
  const body: Buffer[] = [];
  for await (const chunk of request) body.push(chunk);
  const answer = await fetch(target + request.url, {
    method: 'POST',
    body: Buffer.concat(body),
    headers: { 'content-type': 'application/json' },
  });
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(await answer.text());
}
