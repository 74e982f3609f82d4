import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { readGatewayFile } from './read-gateway-file.ts';

function faultsOf(text: string, env: Record<string, string> = {}): readonly string[] {
  try {
    readGatewayFile('gateway.yaml', text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('a wrong file is refused with line, column and reason', () => {
  it.each([
    ['listen: [', ['1:10: Flow sequence in block collection must be']],
    ['listen: a\nlisten: b', ['2:1: Map keys must be unique']],
    ['- routes', ['1:1: the file must contain settings']],
    ['listen: 7430', ['1:1: "listen" must be HOST:PORT']],
    ['listen: localhost', ['1:1: "listen" must be HOST:PORT']],
    ['tsl:\n  cert: a', ['1:1: "tsl" is not known here; the nearest is "tls"']],
    ['acess: open', ['1:1: "acess" is not known here']],
    [
      'routes:\n  - path: /\n    acess: open\n    timeouts: { responseMS: 1 }',
      [
        '4:17: route "/": "timeouts.responseMS" is not known here; the nearest is "responseMs"',
        '3:5: route "/": "acess" is not known here; the nearest is "access"',
      ],
    ],
    ['name: ""', ['1:1: "name" must not be empty']],
    ['controlPlane: keys.example.com', ['1:1: "controlPlane" must be a URL such as https://']],
    ['methodHeader: X-Method', ['1:1: "methodHeader" must be X-Forwarded-Method or X-Original']],
    ['routes:\n  - upstream: 5', ['2:5: route 1: "path" is needed', '2:5: route 1: "upstream"']],
    [
      'routes:\n  - path: /\n    stripPrefix: yes please',
      ['3:5: route "/": "stripPrefix" must be true or false'],
    ],
    ['tls:\n  cert: a', ['1:1: "tls.key" is needed']],
    ['staleMaxMs: soon', ['1:1: "staleMaxMs" must be a number']],
    [
      'trustedProxies:\n  - 10.0.0.0/8\n  - 10.0.0.0/99',
      ['3:5: entry 2 of "trustedProxies" must be an IP'],
    ],
    ['limits:\n  bodyBytesMax: -1', ['2:3: "limits.bodyBytesMax" must be at least 0']],
    ['limits:\n  headBytesMax: 131073', ['2:3: "limits.headBytesMax" must be at most 131072']],
    ['routes: []', ['1:1: "routes" must not be empty']],
    [
      'routes:\n  - path: /\n    access: open\n    scopes: [usage.read]\n    credentials: [basic]',
      [
        '4:5: route "/": "scopes" means nothing where access is open',
        '5:5: route "/": "credentials" means nothing where access is open',
      ],
    ],
    [
      `routes:
  - path: /
    cors:
      origins: ["*", app.example.com]
      methods: [get]
      headers: [a b]
      maxAgeMs: -1`,
      [
        '4:22: route "/": entry 2 of "cors.origins" must be an origin such as https://app.example.com',
        '5:17: route "/": entry 1 of "cors.methods" must be a method in upper case',
        '6:17: route "/": entry 1 of "cors.headers" is no name of a header',
        '7:7: route "/": "cors.maxAgeMs" must be at least 0',
      ],
    ],
    [
      'routes:\n  - path: /\n    cors: { origins: ["*"], credentials: true }',
      ['3:29: route "/": "cors.credentials" needs origins by name'],
    ],
    ...[
      ['access: open', 'mcp" needs a route that accepts keys as "bearer"'],
      ['credentials: [api-key]', 'mcp" needs a route that accepts keys as "bearer"'],
    ].map(([line, reason]): [string, string[]] => [
      `routes:\n  - path: /\n    ${line}\n    mcp: { resourceMetadata: { resource: "https://a/b" } }`,
      [`4:5: route "/": "${reason}`],
    ]),
    ...['https://a/b?c', 'https://a/b#c', 'ftp://a/b', 'https://a/%2f', '/mcp'].map(
      (resource): [string, string[]] => [
        `routes:\n  - path: /\n    mcp: { resourceMetadata: { resource: "${resource}" } }`,
        ['3:32: route "/": "mcp.resourceMetadata.resource"'],
      ],
    ),
    [
      `routes:
  - path: /
    upstream: http://a
    upstreams: [{ url: http://b }, { url: "http://B:80/" }]
  - path: /v1
    upstreams: [{ url: "http://user:pass@b", weight: 0 }]
    balance: random
    ejection: { failuresMax: -1, durationMs: 0 }
  - path: /v2
    upstream: http://a
    healthCheck: { path: /health }
  - path: /v3
    upstreams: [{ url: http://a }]
    healthCheck: { path: "//b/health", intervalMs: 0, status: 700 }`,
      [
        '4:5: route "/": "upstreams" excludes "upstream"',
        '4:5: route "/": "upstreams" names an address twice',
        '6:19: route "/v1": "url" of entry 1 of "upstreams" must hold no credentials',
        '6:46: route "/v1": "weight" of entry 1 of "upstreams" must be at least 1',
        '7:5: route "/v1": "balance" must be round_robin or least_connections',
        '8:17: route "/v1": "ejection.failuresMax" must be at least 0',
        '8:34: route "/v1": "ejection.durationMs" must be at least 1',
        '11:5: route "/v2": "healthCheck" needs a list of "upstreams"',
        '14:20: route "/v3": "healthCheck.path" must begin with "/"',
        '14:40: route "/v3": "healthCheck.intervalMs" must be at least 1',
        '14:55: route "/v3": "healthCheck.status" must be at most 599',
      ],
    ],
    ['routes:\n  - path: /\n    access: public', ['3:5: route "/": "access" must be key or open']],
    ...[
      ['authorization', 'must be written as "bearer"'],
      ['Sec-WebSocket-Protocol', 'must be written as "websocket-protocol"'],
      ['api key', 'is no name of a header'],
      ['Cookie', 'is a header that means something else'],
      ['X-Forwarded-For', 'is a header that means something else'],
      ['X-Tollkeeper-Key-Id', 'is a header that means something else'],
      ['host', 'is a header that means something else'],
    ].map(([place, reason]): [string, string[]] => [
      `routes:\n  - path: /\n    credentials: [bearer, ${place}]`,
      [`3:27: route "/": entry 2 of "credentials" ${reason}`],
    ]),
  ])('%j', (text, expected) => {
    const faults = faultsOf(text);
    expect(faults).toHaveLength(expected.length);
    for (const [i, each] of expected.entries()) {
      expect(faults[i]).toContain(`gateway.yaml:${each}`);
    }
  });

  it('all faults at once', () => {
    const text = `listen: 127.0.0.1
routes:
  - path: v1
    upstream: ftp://127.0.0.1
    strip: true
  - path: /v2/../x
    upstream: http://user:pass@127.0.0.1:3000
    scopes: [policies.read, policies.burn]
    timeouts: { connectMs: fast }
    headers:
      "bad name": x
      host: other
      X-Tollkeeper-Key-Id: x
      authorization: Bearer \${UPSTREAM_KEY}
      x-multi: "a\\r\\nb"
`;
    const faults = faultsOf(text);
    expect(faults.map((fault) => fault.replace(/^gateway\.yaml:/, ''))).toEqual([
      expect.stringMatching(/^1:1: "listen" must be HOST:PORT/),
      expect.stringMatching(/^3:5: route "v1": "path" must begin with "\/"/),
      expect.stringMatching(/^4:5: route "v1": "upstream" must begin with http/),
      expect.stringMatching(/^5:5: route "v1": "strip" is not known here/),
      expect.stringMatching(/^6:5: route "\/v2\/..\/x": "path" must begin with/),
      expect.stringMatching(/^7:5: route "\/v2\/..\/x": "upstream" must hold no credentials/),
      expect.stringMatching(/^9:17: route "\/v2\/..\/x": "timeouts.connectMs" must be a number/),
      expect.stringMatching(
        /^11:7: route "\/v2\/..\/x": "headers.bad name" is no name of a header/,
      ),
      expect.stringMatching(
        /^12:7: route "\/v2\/..\/x": "headers.host" is a header that the gateway sets/,
      ),
      expect.stringMatching(
        /^13:7: route "\/v2\/..\/x": "headers.X-Tollkeeper-Key-Id" is a header that/,
      ),
      expect.stringMatching(
        /^14:7: route "\/v2\/..\/x": "headers.authorization" the environment variabl/,
      ),
      expect.stringMatching(
        /^15:7: route "\/v2\/..\/x": "headers.x-multi" cannot stand in a header/,
      ),
      expect.stringMatching(
        /^8:29: route "\/v2\/..\/x": entry 2 of "scopes" must be an API scope of yours, .* nearest is policies.read/,
      ),
    ]);
  });

  it.each(['/forward-auth', '/ext-authz/x', '/forward-auth/'])('a route at %s', (path) => {
    expect(faultsOf(`routes:\n  - path: ${path}\n    upstream: http://a`)[0]).toContain(
      `2:5: route "${path}": "path" is the gateway's own`,
    );
  });
});

it('tells no value of the environment in a fault', () => {
  const text = 'routes:\n  - path: /\n    upstream: http://a\n    headers: { x: "$' + '{SECRET}" }';
  const [fault = ''] = faultsOf(text, { SECRET: 'very\nsecret' });
  expect(fault).toContain('cannot stand in a header');
  expect(fault).not.toContain('very');
});

it('puts variables into headers, and nowhere else', () => {
  const text = `routes:
  - path: /v1
    upstream: http://127.0.0.1:3000/base
    headers: { authorization: "Bearer \${KEY}", x-plain: "$KEY {KEY}" }
`;
  const { routes } = readGatewayFile('gateway.yaml', text, { KEY: 's3cret' }).file;
  expect(routes).toMatchObject([
    {
      path: '/v1',
      stripPrefix: false,
      headers: { authorization: 'Bearer s3cret', 'x-plain': '$KEY {KEY}' },
      scopes: [],
      timeouts: { connectMs: 5000, responseMs: 60_000, idleMs: 300_000 },
    },
  ]);
});

it('takes an empty file for the defaults', () => {
  expect(readGatewayFile('gateway.yaml', '', {}).file).toMatchObject({ staleMaxMs: null });
});
