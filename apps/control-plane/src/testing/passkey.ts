/** A passkey without a device: what an authenticator answers, made from a key pair (WebAuthn, 6 and 7). */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { PasskeyAnswer, SessionView } from '@tollkeeper/contract';
import type { Answer, Client } from './client.ts';
import { createClient } from './client.ts';
import { cookiesOf } from './sign-in.ts';
import type { TestApp } from './test-app.ts';

const RP_ID = '127.0.0.1';
const ORIGIN = 'http://127.0.0.1';
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

export interface Passkey {
  /** The answer to what `generate-register-options` asks. */
  register(challenge: string): object;
  /** The answer to what `generate-authenticate-options` asks. */
  answer(challenge: string): PasskeyAnswer;
}

/**
 * @param verifiesUser whether it asks for a finger or a PIN when it is added
 * @param verifiesUserLater whether it does so when it is used
 */
export function createPasskey({ verifiesUser = true, verifiesUserLater = true } = {}): Passkey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = randomBytes(16);
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ]);
  const head = (isVerified: boolean, more: number) => {
    const flags = USER_PRESENT | (isVerified ? USER_VERIFIED : 0) | more;
    return Buffer.concat([sha256(RP_ID), Buffer.from([flags]), Buffer.alloc(4)]);
  };
  const common = {
    id: id.toString('base64url'),
    rawId: id.toString('base64url'),
    type: 'public-key',
    clientExtensionResults: {},
  } as const;
  return {
    register(challenge) {
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
      const authData = Buffer.concat([head(verifiesUser, ATTESTED), attested]);
      const attestationObject = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
        Buffer.from([0x58, authData.length]),
        authData,
      ]).toString('base64url');
      const clientDataJSON = clientData('webauthn.create', challenge).toString('base64url');
      return { ...common, response: { clientDataJSON, attestationObject } };
    },
    answer(challenge) {
      const authData = head(verifiesUserLater, 0);
      const data = clientData('webauthn.get', challenge);
      const signature = sign('sha256', Buffer.concat([authData, sha256(data)]), privateKey);
      return {
        ...common,
        response: {
          clientDataJSON: data.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: signature.toString('base64url'),
        },
      };
    },
  };
}

/** Adds the passkey to the account that the client is signed in to. */
export async function addPasskey(app: TestApp, client: Client, passkey: Passkey) {
  const { challenge, holder } = await ask(app, client, 'generate-register-options');
  return holder.post('/api/auth/passkey/verify-registration', {
    response: passkey.register(challenge),
  });
}

/** Signs in by the passkey alone. */
export async function signInByPasskey(app: TestApp, visitor: Client, passkey: Passkey) {
  const { challenge, holder } = await ask(app, visitor, 'generate-authenticate-options');
  return holder.post('/api/auth/passkey/verify-authentication', {
    response: passkey.answer(challenge),
  });
}

/** Confirms the client's session by the passkey. */
export async function confirmByPasskey(app: TestApp, client: Client, passkey: Passkey) {
  const { challenge, holder } = await ask(app, client, 'generate-authenticate-options');
  return holder.post<SessionView>('/v1/session/confirm', { passkey: passkey.answer(challenge) });
}

/** Asks for a challenge, whose cookie the holder sends back. */
async function ask(app: TestApp, client: Client, name: string) {
  const asked: Answer<{ challenge: string }> = await client.get(`/api/auth/passkey/${name}`);
  if (asked.status !== 200) throw new Error(`No challenge: ${asked.problem.detail}`);
  const cookie = [client.headers.cookie, cookiesOf(asked)].filter(Boolean).join('; ');
  const holder = createClient(app.baseUrl, { ...client.headers, cookie });
  return { challenge: asked.body.challenge, holder };
}

function clientData(type: string, challenge: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin: ORIGIN, crossOrigin: false }));
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
