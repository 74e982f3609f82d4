import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  COSIGNATURE_ED25519,
  NOTE_ED25519,
  verifierKey,
  vkeyText,
} from '@tollkeeper/transparency-log';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = 'a secret of at least thirty-two characters';

function vkeyOf(name: string, type: Parameters<typeof verifierKey>[2]): string {
  return vkeyText(verifierKey(name, generateKeyPairSync('ed25519').publicKey, type));
}
const WITNESS = vkeyOf('witness.example/w1', COSIGNATURE_ED25519);

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function refusal(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'taken';
}

describe('a value that cannot be used is refused in one line that names the variable', () => {
  it.each([
    ['PORT', '70000'],
    ['PORT', '1e3'],
    ['PORT', '0x10'],
    ['PORT', ' '],
    ['PORT', '-1'],
    ['HOST', '999.1.1.1'],
    ['HOST', 'a b'],
    ['HOST', 'https://x'],
    ['HOST', '127.0.0.1:7420'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_URL', 'postgresql://['],
    ['TOLLKEEPER_BASE_URL', 'keys.example.com'],
    ['TOLLKEEPER_BASE_URL', 'ftp://keys.example.com'],
    ['TOLLKEEPER_BASE_URL', 'https://keys.example.com/?a=1'],
    ['TOLLKEEPER_BASE_URL', 'https://keys.example.com/#a'],
    ['TOLLKEEPER_BASE_URL', 'https://user:secret@keys.example.com'],
    ['TOLLKEEPER_BASE_URL', 'https://keys.example.com/a b'],
    ['TOLLKEEPER_BASE_URL', 'https://keys.example.com/a//b'],
    ['TOLLKEEPER_SECRET', 'short'],
    ['TOLLKEEPER_SETUP_TOKEN', 'short'],
    ['TOLLKEEPER_SETUP_TOKEN', 'x'.repeat(257)],
    ['TOLLKEEPER_TRUSTED_PROXIES', 'nope'],
    ['TOLLKEEPER_TRUSTED_PROXIES', ','],
    ['TOLLKEEPER_TRUSTED_PROXIES', '10.0.0.1, nope'],
    ['TOLLKEEPER_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TOLLKEEPER_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TOLLKEEPER_TRUSTED_PROXIES', '::/0'],
    ['TOLLKEEPER_WITNESSES', 'https://witness.example'],
    ['TOLLKEEPER_WITNESSES', WITNESS],
    ['TOLLKEEPER_WITNESSES', `${WITNESS} witness.example`],
    ['TOLLKEEPER_WITNESSES', `${WITNESS} ftp://witness.example`],
    ['TOLLKEEPER_WITNESSES', `${WITNESS} https://witness.example?a=1`],
    ['TOLLKEEPER_WITNESSES', `${WITNESS} https://user:word@witness.example`],
    ['TOLLKEEPER_WITNESSES', `${WITNESS} https://witness.example https://other.example`],
    ['TOLLKEEPER_WITNESSES', `${WITNESS.replace('+', 'x+')} https://witness.example`],
    ['TOLLKEEPER_WITNESSES', `${vkeyOf('keys.example/log', NOTE_ED25519)} https://keys.example`],
    ['TOLLKEEPER_WITNESSES', `${WITNESS} https://witness.example,`],
    ['TOLLKEEPER_WITNESSES', `${WITNESS} https://one.example, ${WITNESS} https://two.example`],
    ['SMTP_URL', 'https://mail.example.com'],
    ['MAIL_FROM', 'nobody'],
    ['LOG_LEVEL', 'verbose'],
  ])('%s=%s', (name, value) => {
    const message = refusal({ SMTP_URL: 'smtp://x', MAIL_FROM: 'a@b.c', [name]: value });
    expect(message).toMatch(new RegExp(`^The configuration cannot be used: ${name} `));
    expect(message).not.toContain('\n');
    expect(message).not.toMatch(/secret|Invalid input|undefined/);
  });

  it('SMTP_URL without MAIL_FROM, and the reverse', () => {
    expect(refusal({ SMTP_URL: 'smtp://x' })).toContain('MAIL_FROM is needed');
    expect(refusal({ MAIL_FROM: 'a@b.c' })).toContain('SMTP_URL is needed');
  });
});

it('witnesses are read, and a wrong entry is named', () => {
  const other = vkeyOf('other.example', COSIGNATURE_ED25519);
  const TOLLKEEPER_WITNESSES = ` ${WITNESS}  https://witness.example/w1/ ,${other} http://10.0.0.7:80`;
  const { witnesses } = readConfig({ TOLLKEEPER_WITNESSES });
  expect(witnesses.map(({ key, url }) => [vkeyText(key), url])).toEqual([
    [WITNESS, 'https://witness.example/w1'],
    [other, 'http://10.0.0.7'],
  ]);
  expect(readConfig({}).witnesses).toEqual([]);
  const wrong = `${WITNESS} https://witness.example,${other} other.example`;
  expect(refusal({ TOLLKEEPER_WITNESSES: wrong })).toBe(
    'The configuration cannot be used: TOLLKEEPER_WITNESSES has no URL such as https://witness.example.com/prefix in entry 2 ("other.example").',
  );
});

describe('a variable that nothing reads is refused with the nearest known name', () => {
  it.each([
    ['TOLLKEEPER_TRUSTED_PROXY', 'TOLLKEEPER_TRUSTED_PROXIES'],
    ['TOLLKEEPER_BASEURL', 'TOLLKEEPER_BASE_URL'],
    ['TOLLKEEPER_SECRETS', 'TOLLKEEPER_SECRET'],
    ['TOLLKEEPER_SECRET_FIEL', 'TOLLKEEPER_SECRET_FILE'],
    ['TOLLKEEPER_DATADIR', 'TOLLKEEPER_DATA_DIR'],
    ['tollkeeper_data_dir', 'TOLLKEEPER_DATA_DIR'],
    ['TOLKEEPER_SECRET', 'TOLLKEEPER_SECRET'],
    ['TOLLKEEPERBASE_URL', 'TOLLKEEPER_BASE_URL'],
  ])('%s', (name, nearest) => {
    expect(refusal({ [name]: 'x' })).toBe(
      `The configuration cannot be used: ${name} is not a variable that Tollkeeper reads; the nearest is ${nearest}.`,
    );
  });

  it('names none that is far off', () => {
    expect(refusal({ TOLLKEEPER_COLOUR_THEME: 'x' })).toBe(
      'The configuration cannot be used: TOLLKEEPER_COLOUR_THEME is not a variable that Tollkeeper reads.',
    );
  });

  it('takes those of the command line and of gateways, and whatever else there is', () => {
    const env = {
      ...{ TOLLKEEPER_URL: 'x', TOLLKEEPER_API_KEY: 'x', TOLLKEEPER_ORGANIZATION: 'x' },
      ...{ TOLLKEEPER_JOIN_KEY: 'x', TOLLKEEPER_JOIN_KEY_FILE: 'x', TOLLKEEPER_CONTROL_PLANE: 'x' },
      ...{
        TOLLKEEPERS: 'x',
        GOALKEEPER_URL: 'x',
        DATABASE_URI: 'x',
        PATH: '/bin',
        NODE_ENV: 'production',
      },
    };
    expect(refusal(env)).toBe('taken');
  });

  it('takes what Kubernetes says of a Service that is called tollkeeper', () => {
    const service = {
      ...{ TOLLKEEPER_SERVICE_HOST: '10.0.0.7', TOLLKEEPER_SERVICE_PORT: '7420' },
      ...{ TOLLKEEPER_PORT: 'tcp://10.0.0.7:7420', TOLLKEEPER_PORT_7420_TCP_ADDR: '10.0.0.7' },
    };
    expect(refusal(service)).toBe('taken');
    expect(refusal({ TOLLKEEPER_PORT: '80' })).toContain('TOLLKEEPER_PORT is not a variable');
    expect(refusal({ ...service, TOLLKEEPER_SECRETS: 'x' })).toContain('TOLLKEEPER_SECRETS');
  });
});

describe('a secret', () => {
  it.each([
    ['TOLLKEEPER_SECRET', SECRET, 'secret'],
    ['TOLLKEEPER_SETUP_TOKEN', 'a token for the set-up', 'setupToken'],
    ['DATABASE_URL', 'postgresql://u:p@localhost/x', 'databaseUrl'],
  ] as const)('%s can be read from a file', (name, value, field) => {
    const path = file(name, `${value}\n`);
    expect(readConfig({ [`${name}_FILE`]: path })[field]).toBe(value);
  });

  it('SMTP_URL can be read from a file', () => {
    const path = file('smtp', 'smtp://u:p@localhost');
    const { mail } = readConfig({ SMTP_URL_FILE: path, MAIL_FROM: 'a@b.c' });
    expect(mail?.url).toBe('smtp://u:p@localhost');
  });

  it('is refused when both are set, and when its file is empty, missing or unusable', () => {
    const path = file('both', SECRET);
    const name = 'TOLLKEEPER_SECRET_FILE';
    expect(refusal({ TOLLKEEPER_SECRET: SECRET, [name]: path })).toContain('are both set');
    expect(refusal({ [name]: file('empty', '\n') })).toContain(`${name} names an empty file`);
    expect(refusal({ [name]: join(folder, 'none') })).toContain(`${name} cannot be read (ENOENT)`);
    expect(refusal({ [name]: folder })).toContain(`${name} cannot be read (EISDIR)`);
    expect(refusal({ [name]: file('short', 'short') })).toContain('TOLLKEEPER_SECRET must have 32');
  });
});

it('takes a base URL with a path, and writes it without a trailing slash', () => {
  const { baseUrl } = readConfig({ TOLLKEEPER_BASE_URL: 'HTTPS://Example.com/keys/' });
  expect(baseUrl).toBe('https://example.com/keys');
});

it('takes an empty value for none', () => {
  expect(readConfig({ TOLLKEEPER_SECRET: '', TOLLKEEPER_SECRET_FILE: '', PORT: '' })).toMatchObject(
    {
      secret: undefined,
      port: 7420,
    },
  );
});
