import { randomBytes } from 'node:crypto';
import { type ServerProcess, startProgram } from './server-process.ts';

export const SETUP_TOKEN = randomBytes(16).toString('hex');

/** The product as `npm start` runs it, but for its log of ordinary events. */
export function startControlPlane(dataDir: string): Promise<ServerProcess> {
  const args = ['scripts/run.mjs', 'start'];
  return startProgram(
    process.execPath,
    () => args,
    { path: '/readyz' },
    {
      TOLLKEEPER_DATA_DIR: dataDir,
      XDG_STATE_HOME: dataDir,
      TOLLKEEPER_SETUP_TOKEN: SETUP_TOKEN,
      LOG_LEVEL: 'warn',
    },
  );
}

export async function claim({ port }: ServerProcess) {
  const response = await fetch(`http://127.0.0.1:${port}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      token: SETUP_TOKEN,
      name: 'Ada Owner',
      email: 'ada@example.com',
      password: randomBytes(16).toString('hex'),
      organizationName: 'Acme',
    }),
  });
  if (!response.ok) throw new Error(`The server could not be claimed: ${await response.text()}`);
  const owner: { organizationId: string; memberId: string } = await response.json();
  const cookies = response.headers.getSetCookie().map((each) => each.split(';', 1)[0]);
  return { ...owner, cookie: cookies.join('; ') };
}
