import { z } from 'zod';
import { scope } from '../api-key-schemas.ts';
import { apiKeyId, memberId, workspaceId } from '../ids.ts';
import { PROFILES } from '../profiles.ts';
import { defineRoute } from '../route.ts';
import { sessionView } from '../session.ts';
import { visibleLine } from '../text.ts';
import { PLANS } from './organization.ts';

const tag = 'Access';

const whoamiResponse = z
  .strictObject({
    organization: z.strictObject({
      id: z.string(),
      name: z.string(),
      slug: z.string(),
      plan: z.enum(PLANS),
    }),
    member: z
      .strictObject({
        id: memberId,
        name: z.string(),
        email: z.string(),
        roleId: z.string(),
        roleName: z.string(),
      })
      .meta({ description: 'The member signed in, or the owner of the key' }),
    key: z
      .strictObject({ id: apiKeyId, name: z.string(), tags: z.array(z.string()) })
      .nullable()
      .meta({ description: 'The key presented; null in a session' }),
    session: sessionView.nullable().meta({ description: 'The session; null for a key' }),
    workspaceId: workspaceId
      .nullable()
      .meta({ description: 'Workspace to which the key is confined' }),
    scopes: z.array(scope).meta({ description: 'Scopes in force now' }),
    organizations: z
      .array(z.strictObject({ id: z.string(), name: z.string() }))
      .meta({ description: 'For a session: the organizations that X-Organization-Id can name' }),
  })
  .meta({ id: 'Identity' });
export type Identity = z.output<typeof whoamiResponse>;

export const whoami = defineRoute({
  method: 'GET',
  path: '/v1/whoami',
  access: 'credential',
  summary: 'Read who the credential is and what it may do now',
  tag,
  status: 200,
  response: whoamiResponse,
  errors: [],
  withoutSecondFactor: true,
});

/** As browsers serialize it (Web Authentication, AuthenticationResponseJSON). */
const passkeyAnswer = z.looseObject({
  id: z.string().max(1400),
  rawId: z.string().max(1400),
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}),
  response: z.looseObject({
    clientDataJSON: z.string(),
    authenticatorData: z.string(),
    signature: z.string(),
  }),
});
export type PasskeyAnswer = z.output<typeof passkeyAnswer>;

export const confirmSession = defineRoute({
  method: 'POST',
  path: '/v1/session/confirm',
  access: 'credential',
  summary: 'Confirm the session by signing in again; the session receives a new cookie',
  tag,
  body: z.strictObject({
    password: z.string().min(1).max(128).optional(),
    totp: z.string().min(1).max(16).optional().meta({
      description: 'Code from the authenticator app; sent together with the password',
    }),
    backupCode: z.string().min(1).max(32).optional().meta({
      description: 'Backup code, instead of `totp`; each works once',
    }),
    passkey: passkeyAnswer.optional().meta({
      description:
        'Alone: the answer of navigator.credentials.get() to /api/auth/passkey/generate-authenticate-options',
    }),
  }),
  status: 200,
  response: sessionView,
  errors: ['sign_in_failed', 'recent_sign_in_required', 'invalid_state', 'rate_limited'],
  withoutSecondFactor: true,
});

export const listScopes = defineRoute({
  method: 'GET',
  path: '/v1/scopes',
  access: 'credential',
  summary: 'Read the catalog of scopes, profiles and roles',
  tag,
  status: 200,
  response: z
    .strictObject({
      scopes: z.array(
        z.strictObject({
          name: scope,
          group: z.string(),
          description: z.string(),
          held: z.boolean().meta({ description: 'Whether the credential holds the scope now' }),
        }),
      ),
      profiles: z.array(
        z.strictObject({
          name: z.enum(PROFILES),
          title: z.string(),
          description: z.string(),
          confinement: z.enum(['required', 'forbidden', 'optional']),
          scopes: z
            .array(scope)
            .meta({ description: 'Scopes of the profile that this credential can give to a key' }),
        }),
      ),
      roles: z.array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          description: z.string(),
          scopes: z.array(scope),
        }),
      ),
    })
    .meta({ id: 'ScopeCatalog' }),
  errors: [],
});

export const getSetup = defineRoute({
  method: 'GET',
  path: '/v1/setup',
  access: 'public',
  summary: 'Read whether the server still needs its first owner',
  tag,
  status: 200,
  response: z.strictObject({ open: z.boolean() }),
  errors: [],
});

export const setup = defineRoute({
  method: 'POST',
  path: '/v1/setup',
  access: 'public',
  summary: 'Claim a fresh server with the one-time token that it printed',
  tag,
  body: z.strictObject({
    token: z.string().min(1).max(256),
    name: visibleLine(64),
    email: z.email().max(254),
    password: z.string().min(12).max(128),
    organizationName: visibleLine(64),
  }),
  status: 201,
  response: z.strictObject({ organizationId: z.string(), memberId }),
  errors: ['setup_token_invalid', 'already_set_up', 'rate_limited'],
});
