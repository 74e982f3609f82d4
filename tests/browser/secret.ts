/** What a test does with the secret that a dialog shows. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { withKey } from '../../apps/control-plane/src/testing/test-app.ts';

const run = promisify(execFile);

/** Reads the secret and leaves the dialog. */
export async function takeSecret(page: Page): Promise<string> {
  const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
  await page.getByRole('button', { name: 'Copy secret' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  return secret;
}

/** What the control plane says to a caller with that secret: "valid", or why not. */
export async function callWith(baseUrl: string, secret: string): Promise<string> {
  const { status, problem } = await withKey({ baseUrl }, secret).get('/v1/whoami');
  return status === 200 ? 'valid' : problem.code;
}

/** Makes the request of a curl command. A shell reads the line, so its quoting has to be right. */
export async function runCurl(line: string): Promise<Response> {
  const { stdout } = await run('sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${line}`]);
  const [option, header = '', url = ''] = stdout.trimEnd().split('\n');
  if (option !== '-H') throw new Error(`Not a command with one header: ${line}`);
  const [name = '', value = ''] = header.split(': ');
  return fetch(url, { headers: { [name]: value } });
}
