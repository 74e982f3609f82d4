import type { IncomingMessage } from 'node:http';
import { openApiDocument } from '@tollkeeper/contract';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { DomainError } from '../domain-error.ts';
import { stopExports } from '../features/audit-events/index.ts';
import { isFleetUpgrade, registerFleet } from '../fleet/index.ts';
import { createAttempts } from './attempts.ts';
import { registerAuthRoutes } from './auth-routes.ts';
import { compileSerializer, compileValidator } from './compilers.ts';
import { registerDashboard } from './dashboard.ts';
import { registerDocs } from './docs.ts';
import { withoutPorts } from './forwarded-for.ts';
import { apiHeaders, createRequestId } from './headers.ts';
import { createKnownDevices } from './known-device.ts';
import { notFoundSender } from './not-found.ts';
import { parseJson } from './parse-json.ts';
import { answerParserErrors, refuseUnparsed } from './parser-errors.ts';
import { problemSender } from './problem.ts';
import { countRefusals } from './refused-calls.ts';
import { registerRoutes } from './register-routes.ts';
import type { ServerOptions } from './server-options.ts';
import { basePathOf, withoutBasePath } from './server-options.ts';
import { registerUnsubscribePage } from './unsubscribe-page.ts';
import { addVerifyLane } from './verify-lane.ts';

const BODY_BYTES_MAX = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL_MS = 2000;

/** The HTTP server, not yet listening. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const basePath = basePathOf(options.baseUrl);
  const sendProblem = problemSender(options.services.log);
  const app: FastifyInstance = Fastify({
    // What still comes on a connection while the server stops is answered like any other request, and the
    // connection is closed after it. Fastify's own refusal is not problem+json.
    return503OnClosing: false,
    // One log for all requests: a child and two listeners for each cost a tenth of a verification.
    logger: false,
    childLoggerFactory: () => options.services.log as FastifyBaseLogger,
    // Fastify's own lines hold the whole request, cookies included.
    logController: new LogController({ disableRequestLogging: true }),
    rewriteUrl: ({ url = '/' }: IncomingMessage) => withoutBasePath(url, basePath),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    exposeHeadRoutes: true,
    genReqId: createRequestId,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    frameworkErrors: sendProblem,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseUnparsed,
    // Node would refuse a request without Host by an answer without a body, and drop a second key.
    http: {
      // Else a slow request would have up to half a minute more.
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      shouldUpgradeCallback: isFleetUpgrade,
      requireHostHeader: false,
      joinDuplicateHeaders: true,
    },
  });
  answerParserErrors(app);
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(compileSerializer);
  app.setErrorHandler(sendProblem);
  const sendNotFound = notFoundSender(options.services);
  app.setNotFoundHandler(sendNotFound);
  app.removeContentTypeParser('text/plain');
  parseJson(app);
  // Fastify would refuse it for its body, where the answer is that no address takes it.
  app.addHttpMethod('QUERY', { overrideExisting: true });
  await app.register(async (api) => {
    api.addHook('onRequest', (request, reply, done) => {
      reply.headers(apiHeaders(request.id));
      const { headers } = request.raw;
      if (headers.cookie !== undefined) headers.cookie = canonicalCookies(headers.cookie);
      const forwardedFor = headers['x-forwarded-for'];
      if (forwardedFor !== undefined) {
        headers['x-forwarded-for'] = withoutPorts([forwardedFor].flat().join());
      }
      done(faultOf(request));
    });
    const guesses = {
      services: options.services,
      auth: options.auth,
      attempts: createAttempts(options.services.db, options.secret),
      devices: createKnownDevices(options.secret, options.baseUrl),
    };
    warnOfUntrustedProxy(api, options.services.log);
    api.decorateRequest('guess', null);
    api.decorateRequest('provenEmail', null);
    countRefusals(api, options.refusals);
    registerRoutes(api, options, guesses);
    api.addHook('preClose', () => stopExports(options.services.db));
    registerAuthRoutes(api, options, guesses);
    registerFleet(api, options.hub);
    registerHealth(api, options);
    const document = openApiDocument(options.baseUrl, options.version);
    api.get('/openapi.json', () => document);
  });
  await registerDocs(app, options);
  await registerUnsubscribePage(app, options);
  const { dashboardDir, baseUrl } = options;
  if (dashboardDir) await registerDashboard(app, dashboardDir, baseUrl, sendNotFound);
  addVerifyLane(app, options);
  return app;
}

const WITHOUT_HOST = 'The request has no header Host, which HTTP/1.1 asks for.';

const UNREADABLE_QUERY =
  'The query holds a percent sequence that cannot be read. Escape its values as UTF-8.';

/** Before anything is read of it. */
function faultOf({ raw, url }: FastifyRequest): DomainError | undefined {
  if (raw.headers.host === undefined && raw.httpVersion !== '1.0') {
    return new DomainError('malformed_request', WITHOUT_HOST);
  }
  return hasReadableQuery(url) ? undefined : new DomainError('malformed_request', UNREADABLE_QUERY);
}

/** Escapes that are not UTF-8 would be searched for as U+FFFD. */
function hasReadableQuery(url: string): boolean {
  const at = url.indexOf('?');
  if (at < 0 || !url.includes('%', at)) return true;
  try {
    decodeURIComponent(url.slice(at));
    return true;
  } catch {
    return false;
  }
}

function registerHealth(app: FastifyInstance, { isReady }: ServerOptions): void {
  app.get('/healthz', () => ({ status: 'up' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = await isReady();
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
}

/**
 * The header Cookie with one spelling of each cookie: the first of each name, as Better Auth reads
 * it. Our own code and Better Auth then read the same cookies.
 */
function canonicalCookies(header: string): string {
  const cookies = new Map<string, string>();
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at !== -1 && !cookies.has(name)) cookies.set(name, decode(pair.slice(at + 1).trim()));
  }
  return [...cookies].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('; ');
}

function decode(text: string): string {
  const unquoted = text.startsWith('"') ? text.slice(1, -1) : text;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    // A broken escape stands for itself.
    return unquoted;
  }
}

/**
 * Says once when requests seem to come through a proxy that the configuration does not name: then
 * all callers look as if they came from its address, and share its limits.
 */
function warnOfUntrustedProxy(app: FastifyInstance, log: Logger): void {
  let warned = false;
  app.addHook('onRequest', (request, _reply, done) => {
    if (!warned && isForwarded(request) && request.ip === request.socket.remoteAddress) {
      warned = true;
      const { remoteAddress } = request.socket;
      log.warn(
        { peer: remoteAddress },
        'requests arrive with X-Forwarded-For from an address that TOLLKEEPER_TRUSTED_PROXIES does not name: if it is your proxy, name it there; else all callers share its limits',
      );
    }
    done();
  });
}

function isForwarded({ headers }: FastifyRequest): boolean {
  return (
    headers['x-forwarded-for'] !== undefined ||
    headers.forwarded !== undefined ||
    headers['x-real-ip'] !== undefined
  );
}
