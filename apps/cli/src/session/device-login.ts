import { EXIT, Failure } from '../failure.ts';
import { type AuthAnswer, authRefusal, callAuth, fieldOf, sessionCookieOf } from './sign-in.ts';

const CLIENT = { client_id: 'tollkeeper-cli' };
const GRANT = { ...CLIENT, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' };

/** What `slow_down` adds to the interval (RFC 8628, 3.5). */
const SLOWER_S = 5;
/** A server that stays away is asked ever more rarely, and given up at this interval. */
const INTERVAL_MAX_S = 60;

export interface DeviceLogin {
  readonly deviceCode: string;
  readonly userCode: string;
  /** The page that asks to approve the code. */
  readonly link: string;
  readonly intervalS: number;
  readonly lifetimeS: number;
}

/** Begins a login that somebody approves in a browser (RFC 8628). Throws Failure. */
export async function beginDeviceLogin(request: typeof fetch, url: string): Promise<DeviceLogin> {
  const answer = await callAuth(request, url, 'device/code', CLIENT);
  if (!answer.response.ok) throw authRefusal(answer, url, 'The server begins no such login.');
  const login = parseBegun(answer.body);
  if (login) return login;
  const advice = 'Is the address a Tollkeeper server?';
  throw new Failure(EXIT.unreachable, `${url} did not answer with a code to approve. ${advice}`);
}

/**
 * Asks at the server's pace until the login is approved; answers the session's cookies as one
 * Cookie header. Throws Failure if it is denied or not approved in time.
 */
export async function awaitApproval(
  request: typeof fetch,
  url: string,
  login: DeviceLogin,
  sleep: (ms: number) => Promise<void>,
): Promise<string> {
  let { intervalS } = login;
  for (let leftS = login.lifetimeS; leftS > 0; leftS -= intervalS) {
    await sleep(intervalS * 1000);
    const answer = await poll(request, url, login, intervalS);
    if (typeof answer === 'string') return answer;
    intervalS = answer;
  }
  throw expired();
}

/** The session, or how long to wait before the next question. */
async function poll(
  request: typeof fetch,
  url: string,
  { deviceCode }: DeviceLogin,
  intervalS: number,
): Promise<string | number> {
  let answer: AuthAnswer;
  try {
    answer = await callAuth(request, url, 'device/token', { ...GRANT, device_code: deviceCode });
  } catch (error) {
    const isAway = error instanceof Failure && error.exitCode === EXIT.unreachable;
    if (isAway && intervalS * 2 <= INTERVAL_MAX_S) return intervalS * 2;
    throw error;
  }
  if (!answer.response.ok) return nextInterval(answer, url, intervalS);
  const cookie = sessionCookieOf(answer);
  if (cookie) return cookie;
  throw new Failure(EXIT.unauthenticated, 'The server opened no session. Begin again.');
}

function nextInterval(answer: AuthAnswer, url: string, intervalS: number): number {
  if (answer.response.status === 429) return intervalS + SLOWER_S;
  switch (fieldOf(answer.body, 'state')) {
    case 'authorization_pending':
      return intervalS;
    case 'slow_down':
      return intervalS + SLOWER_S;
    case 'access_denied':
      throw new Failure(EXIT.unauthenticated, 'The login was denied in the browser.');
    case 'expired_token':
      throw expired();
    default:
      throw authRefusal(answer, url, 'The login is no longer open. Begin again.');
  }
}

function expired(): Failure {
  const text = 'The login was not approved in time. Run "tollkeeper login" again.';
  return new Failure(EXIT.unauthenticated, text);
}

function parseBegun(body: unknown): DeviceLogin | undefined {
  const [deviceCode, userCode, link, intervalS, lifetimeS] = [
    'device_code',
    'user_code',
    'verification_uri_complete',
    'interval',
    'expires_in',
  ].map((name) => fieldOf(body, name));
  if (typeof deviceCode !== 'string' || typeof userCode !== 'string') return undefined;
  if (typeof intervalS !== 'number' || typeof lifetimeS !== 'number') return undefined;
  if (typeof link !== 'string' || !isWebAddress(link)) return undefined;
  return { deviceCode, userCode, link, intervalS: Math.max(1, intervalS), lifetimeS };
}

/** The link is handed to the browser: one of another kind could start a program instead. */
function isWebAddress(link: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(link)?.protocol ?? '');
}
