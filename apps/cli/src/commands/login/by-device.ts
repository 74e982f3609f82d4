import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { hint } from '../../output.ts';
import type { Credentials } from '../../session/credentials.ts';
import { awaitApproval, beginDeviceLogin } from '../../session/device-login.ts';
import { openBrowser } from '../../session/open-browser.ts';
import { createTransport } from '../../session/transport.ts';
import type { Surroundings } from '../../surroundings.ts';
import type { LoginOptions } from './options.ts';

/** Somebody signed in approves the code in a browser, on this machine or another. */
export async function loginByDevice(
  io: Surroundings,
  url: string,
  { browser }: LoginOptions,
): Promise<Credentials> {
  if (!io.stdin.isTTY && browser) {
    const ways = '--no-browser, --email and --password-stdin, or --api-key-stdin';
    throw new Failure(EXIT.usage, `There is no terminal to sign in on. Give ${ways}.`);
  }
  const request = createTransport(io.fetch);
  const login = await beginDeviceLogin(request, url);
  hint(io, `Your code is ${login.userCode}. Approve it, if the page shows the same one, at`);
  hint(io, login.link);
  if (browser && openBrowser(io, login.link)) hint(io, 'Opening it in your browser.');
  hint(io, 'Waiting for your approval; Ctrl-C ends the wait.');
  const cookie = await awaitApproval(request, url, login, io.sleep);
  return { kind: 'session', url, cookie };
}
