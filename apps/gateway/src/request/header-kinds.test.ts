import { expect, it } from 'vitest';
import { KIND, type Kind, kindOf } from './header-kinds.ts';

/** Written out once more, on purpose: each of these dropped from the list would pass unseen. */
const MEANINGS: Readonly<Record<string, Kind>> = {
  host: KIND.host,
  authorization: KIND.authorization,
  'x-api-key': KIND.apiKey,
  connection: KIND.connection,
  'transfer-encoding': KIND.transferEncoding,
  'content-length': KIND.contentLength,
  expect: KIND.expect,
  upgrade: KIND.upgrade,
  te: KIND.te,
  trailer: KIND.trailer,
  'x-forwarded-for': KIND.forwardedFor,
  'x-forwarded-host': KIND.forwardedHost,
  'x-forwarded-proto': KIND.forwardedProto,
  'x-forwarded-prefix': KIND.forwardedPrefix,
  forwarded: KIND.forwarded,
  'keep-alive': KIND.dropped,
  'proxy-connection': KIND.dropped,
  'proxy-authorization': KIND.dropped,
  'proxy-authenticate': KIND.dropped,
  'http2-settings': KIND.dropped,
  proxy: KIND.dropped,
  'x-real-ip': KIND.claim,
  'x-client-ip': KIND.claim,
  'true-client-ip': KIND.claim,
  'client-ip': KIND.claim,
  'cf-connecting-ip': KIND.claim,
  'fastly-client-ip': KIND.claim,
  'x-cluster-client-ip': KIND.claim,
  'x-forwarded': KIND.claim,
  'forwarded-for': KIND.claim,
  'x-original-url': KIND.claim,
  'x-original-uri': KIND.claim,
  'x-original-method': KIND.claim,
  'x-rewrite-url': KIND.claim,
  'x-sendfile-type': KIND.claim,
  'x-accel-mapping': KIND.claim,
  script_name: KIND.dropped,
  path_info: KIND.dropped,
  'x-script-name': KIND.dropped,
};

it.each(Object.entries(MEANINGS))('reads %s in any letters', (name, kind) => {
  const capitalized = name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
  const spellings = [name, capitalized, name.toUpperCase()];
  expect(spellings.map(kindOf)).toEqual([kind, kind, kind]);
});

it.each(Object.keys(MEANINGS).filter((name) => name.includes('-')))(
  'drops what a lenient reader takes for %s',
  (name) => {
    const spellings = ['_', '.', '~'].map((each) => name.replaceAll('-', each));
    expect(spellings.map(kindOf)).toEqual([KIND.dropped, KIND.dropped, KIND.dropped]);
  },
);

it('drops its own headers, however they are written', () => {
  for (const name of ['x-tollkeeper-key-id', 'X-Tollkeeper', 'X_TOLLKEEPER_ANYTHING']) {
    expect([name, kindOf(name)]).toEqual([name, KIND.dropped]);
  }
});

it('believes whatever else is said to be forwarded from a trusted proxy alone', () => {
  for (const name of ['x-forwarded-uri', 'X-Forwarded-Port', 'x_forwarded_method']) {
    expect([name, kindOf(name)]).toEqual([name, KIND.claim]);
  }
});

it('passes on what it does not know', () => {
  for (const name of ['accept', 'Cookie', 'x-my-own', 'x-tollbooth', 'hosts']) {
    expect([name, kindOf(name)]).toEqual([name, KIND.plain]);
  }
});
