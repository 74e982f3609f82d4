import { basePath } from '../../lib/base-path.ts';
/** Ends this session. Throws when the server did not confirm. */
export function signOut(): Promise<void> {
  return post('/api/auth/sign-out');
}

/** Ends every session of the person, on every device, this one included. */
export async function signOutEverywhere(): Promise<void> {
  await post('/api/auth/revoke-sessions');
  await post('/api/auth/sign-out');
}

async function post(path: string): Promise<void> {
  const response = await fetch(basePath + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  // 401: the session was gone already, which is what was asked for.
  if (!response.ok && response.status !== 401) {
    throw new Error(`Signing out failed: the server answered ${response.status}. Try again.`);
  }
}
