/** Health and metrics, on an address of their own: no client of the upstream reaches them. */
import { createServer, type Server, type ServerResponse } from 'node:http';
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
  // Node would answer noise in the place of a request that was sent before it.
  return server.on('clientError', (_, socket) => socket.destroy());
}

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
  res.end(`${JSON.stringify(body)}\n`);
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
