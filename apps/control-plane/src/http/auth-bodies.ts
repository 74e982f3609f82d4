import type { AuthEndpoint } from './auth-endpoints.ts';

/**
 * What a request to one of Better Auth's endpoints may hold: no field that our pages and programs do
 * not send, and none longer than it needs to be. Some of them are stored for anyone.
 */
interface AuthInput {
  readonly body?: object;
  readonly querystring?: object;
}

/** PostgreSQL stores no NUL: with one, a query fails as if the database were away. */
const text = (maxLength: number) => ({ type: 'string', maxLength, format: 'without-nul' });
const password = text(256);
const flag = { type: 'boolean' };

function fields(properties: Readonly<Record<string, object>>, required: readonly string[] = []) {
  return { type: 'object', properties, required, additionalProperties: false };
}

const CODE = { trustDevice: flag };
/** The longest credential id that WebAuthn allows has 1023 bytes, here in base64. */
const passkeyAnswer = { type: 'object', properties: { id: text(1364) } };

export const AUTH_INPUTS = new Map<string, AuthInput>(
  Object.entries({
    'sign-in/email': {
      body: fields({ email: text(320), password, rememberMe: flag }, ['email', 'password']),
    },
    'change-password': {
      body: fields({ currentPassword: password, newPassword: password, revokeOtherSessions: flag }),
    },
    'two-factor/enable': { body: fields({ password, method: text(16) }) },
    'two-factor/disable': { body: fields({ password }) },
    'two-factor/generate-backup-codes': { body: fields({ password }) },
    'two-factor/verify-totp': { body: fields({ code: text(16), ...CODE }) },
    'two-factor/verify-backup-code': { body: fields({ code: text(64), ...CODE }) },
    'passkey/generate-register-options': {
      querystring: fields({ name: text(64), authenticatorAttachment: text(16) }),
    },
    'passkey/verify-registration': {
      body: fields({ response: passkeyAnswer, name: text(64) }),
    },
    'passkey/verify-authentication': { body: fields({ response: passkeyAnswer }) },
    'passkey/delete-passkey': { body: fields({ id: text(64) }) },
    'device/code': { body: fields({ client_id: text(64), scope: text(64) }) },
    'device/token': {
      body: fields({ grant_type: text(128), device_code: text(128), client_id: text(64) }),
    },
    device: { querystring: fields({ user_code: text(64) }) },
    'device/approve': { body: fields({ userCode: text(64) }) },
    'device/deny': { body: fields({ userCode: text(64) }) },
  }),
);

/** An endpoint that is not named above takes no field at all. */
export function authInput({ method, name }: Pick<AuthEndpoint, 'method' | 'name'>): AuthInput {
  const nothing = fields({});
  const { body = nothing, querystring = nothing } = AUTH_INPUTS.get(name) ?? {};
  return method === 'GET' ? { querystring } : { querystring, body };
}
