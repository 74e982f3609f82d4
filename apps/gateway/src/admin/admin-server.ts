/** Health and metrics, on an address of their own: no client of the upstream reaches them. */
import { createServer, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Fleet } from '@tollkeeper/gateway-core';

export interface Admin {
  readonly fleet: Fleet;
  /** Why no request would get through now. */
  readyFault(): string | undefined;
  /** For Prometheus, as text of that type. */
  metrics(): Promise<{ readonly text: string; readonly contentType: string }>;
}

export function createAdminServer({ fleet, readyFault, metrics }: Admin): Server {
  const server = createServer((req, res) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('allow', 'GET, HEAD');
      sendJson(res, 405, { fault: 'This address takes GET and HEAD' });
      return;
    }
    switch (req.url?.split('?', 1)[0]) {
      case '/healthz':
        sendJson(res, 200, { status: 'up' });
        break;
      case '/readyz': {
        const fault = readyFault();
        sendJson(res, fault === undefined ? 200 : 503, readiness(fleet, fault));
        break;
      }
      case '/metrics':
        void sendMetrics(res, metrics);
        break;
      default:
        sendJson(res, 404, { fault: 'There are /healthz, /readyz and /metrics' });
    }
  });
  return server.on('clientError', refuseUnparsed);
}

/** Node would answer without a body, and in the place of a request that was sent before. */
function refuseUnparsed({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  if (code === 'ECONNRESET' || !socket.writable || Reflect.get(socket, '_httpMessage')) {
    socket.destroy();
    return;
  }
  const [status, fault] = PARSER_FAULTS.get(code) ?? [400, 'This is not a valid HTTP/1.1 request'];
  const body = jsonText({ fault });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      `\r\n${body}`,
    ].join('\r\n'),
  );
}

const PARSER_FAULTS: ReadonlyMap<string | undefined, readonly [number, string]> = new Map([
  ['HPE_HEADER_OVERFLOW', [431, 'The head of the request is too large']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'The request did not arrive in time']],
]);

function readiness(fleet: Fleet, fault: string | undefined) {
  const { gatewayId, name, connected, version, ageMs, fault: fleetFault } = fleet.status();
  return {
    status: fault === undefined ? 'ready' : 'not_ready',
    ...(fault === undefined ? {} : { reason: fault }),
    gatewayId,
    name,
    connected,
    version,
    ageMs: ageMs === null ? null : Math.round(ageMs),
    fault: fleetFault,
  };
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  res.statusCode = status;
  res.setHeader('content-type', 'application/json');
  res.end(jsonText(body));
}

function jsonText(body: object): string {
  return `${JSON.stringify(body)}\n`;
}

async function sendMetrics(res: ServerResponse, metrics: Admin['metrics']): Promise<void> {
  try {
    const { text, contentType } = await metrics();
    res.setHeader('content-type', contentType);
    res.end(text);
  } catch {
    sendJson(res, 500, { fault: 'The metrics cannot be collected' });
  }
}
