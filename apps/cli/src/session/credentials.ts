import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { CliContext } from '../cli-context.ts';
import { EXIT, Failure } from '../failure.ts';

/** What login stores. The secret belongs to that one server and is sent to no other. */
export type Credentials = { readonly url: string } & (
  | { readonly kind: 'session'; readonly cookie: string }
  | { readonly kind: 'apiKey'; readonly apiKey: string }
);

type Place = Pick<CliContext, 'env' | 'homeFolder'>;

/** Where credentials are kept; a relative XDG_CONFIG_HOME does not count (XDG base directories). */
export function credentialsPath({ env, homeFolder }: Place): string {
  const given = env.XDG_CONFIG_HOME ?? '';
  const folder = isAbsolute(given) ? given : join(homeFolder, '.config');
  return join(folder, 'tollkeeper', 'credentials.json');
}

/** The stored credentials; undefined if there are none. Throws Failure if the file is damaged. */
export async function findCredentials(place: Place): Promise<Credentials | undefined> {
  const path = credentialsPath(place);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const credentials = parse(text);
  if (credentials) return credentials;
  const advice = 'Remove it and run "tollkeeper login".';
  throw new Failure(EXIT.unauthenticated, `The credentials file "${path}" is damaged. ${advice}`);
}

/** Writes the whole file or nothing, readable by its owner only from its first byte on. */
export async function storeCredentials(place: Place, credentials: Credentials): Promise<void> {
  const path = credentialsPath(place);
  const folder = dirname(path);
  await makeFolder(dirname(folder));
  await makeFolder(folder);
  await chmod(folder, 0o700);
  const draft = join(folder, `.credentials-${randomUUID()}`);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(credentials, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Not recursive: that never ends in a file system that takes no folders, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    const text = `Cannot make the folder "${path}" for the credentials`;
    const advice = 'Make it yourself, or set XDG_CONFIG_HOME to another folder.';
    throw new Failure(EXIT.unexpected, `${text} (${codeOf(error)}). ${advice}`, { cause: error });
  }
}

/** Forgets the credentials. Answers whether there were any. */
export async function removeCredentials(place: Place): Promise<boolean> {
  try {
    await rm(credentialsPath(place));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function parse(text: string): Credentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { url, kind, cookie, apiKey } = value as Record<string, unknown>;
  if (typeof url !== 'string' || URL.parse(url) === null) return undefined;
  if (kind === 'session' && typeof cookie === 'string') return { url, kind, cookie };
  if (kind === 'apiKey' && typeof apiKey === 'string') return { url, kind, apiKey };
  return undefined;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

const SECRET = /^tk_(?:live|test)_[0-9A-Za-z]{38}$/;

/**
 * An API key that can be sent in a header.
 * @param source where it came from, for the message, which never repeats the key
 */
export function parseApiKey(text: string, source: string): string {
  const key = text.trim();
  if (SECRET.test(key)) return key;
  const shape = '"tk_live_" or "tk_test_" and 38 letters and digits';
  throw new Failure(EXIT.unauthenticated, `${source} is not an API key: it should be ${shape}.`);
}
