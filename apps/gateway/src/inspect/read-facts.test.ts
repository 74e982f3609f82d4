import { describe, expect, it } from 'vitest';
import { bodyTypeFault } from './body-type.ts';
import { readMessage } from './read-message.ts';
import { readModel, readUpgrade } from './read-model.ts';

const message = (text: string, ...rawHeaders: string[]) =>
  readMessage(Buffer.from(text), rawHeaders);
const call = (name: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name } });

describe('the model of a body', () => {
  it.each([
    ['{"model":"gpt-5","messages":[]}', '/v1/responses', { model: 'gpt-5' }],
    ['{"messages":[]}', '/v1/responses', {}],
    ['{"model":null}', '/v1/responses', {}],
    ['{"model":"gpt-5"}', '/openai/deployments/large/chat/completions', {}],
    ['{"model":"gpt-5"}', '/openai/Deployments', {}],
    ['{"model":"gpt-5"}', '/openai/deployment%73/large/chat', {}],
    ['{"model":"gpt-5"}', '/openai/deployments;a/large/chat', {}],
    ['{"model":"gpt-5","models":["large"]}', '/v1/responses', {}],
    ['{"fallbacks":[],"model":"gpt-5"}', '/v1/responses', {}],
    ['{"context_window_fallbacks":[],"model":"gpt-5"}', '/v1/responses', {}],
    ['{"content_policy_fallbacks":[],"model":"gpt-5"}', '/v1/responses', {}],
    ['{"deployment_id":"large","model":"gpt-5"}', '/v1/responses', {}],
    ['{"extra_body":{"top_k":1},"model":"gpt-5"}', '/v1/responses', { model: 'gpt-5' }],
    ['{"model":"gpt-5"}', '/engines/large/chat/completions', {}],
    ['{"model":"gpt-5"}', '/v1/chat/completions?model=gpt-5', { model: 'gpt-5' }],
  ])('of %s at %s is %j', (text, path, facts) => {
    expect(readModel(Buffer.from(text), path)).toEqual(facts);
  });

  it.each([
    ['[{"model":"a"}]', 'batch_not_supported'],
    ['{"model":"a","model":"b"}', 'ambiguous_body'],
    ['{"model":["a"]}', 'invalid_message'],
    ['"gpt-5"', 'invalid_message'],
    ['{"model":"a"', 'malformed_json'],
    ['{"extra_body":{"model":"b"},"model":"a"}', 'ambiguous_body'],
    ['{"model":"a"}', 'ambiguous_body', '/?a=1&m%6fdel=b'],
  ])('refuses %s', (text, code, target = '/') => {
    expect(readModel(Buffer.from(text), target)).toMatchObject({ code });
  });
});

it.each([
  ['/v1/realtime?model=gpt-realtime', { model: 'gpt-realtime' }],
  ['/v1/realtime?a=b&mod%65l=gpt%2Drealtime', { model: 'gpt-realtime' }],
  ['/v1/realtime?intent=transcription', {}],
  ['/v1/realtime', {}],
])('reads the model of a WebSocket at %s', (target, expected) => {
  expect(readUpgrade('openai', target)).toEqual(expected);
});

it.each([
  ['openai', '/v1/realtime?model=a&model=b', 'malformed_request'],
  ['openai', '/v1/realtime?Model=a', 'malformed_request'],
  ['openai', '/v1/responses?model=small', 'invalid_message'],
  ['openai', '/v1/responses?/realtime', 'invalid_message'],
  ['mcp', '/realtime', 'invalid_message'],
  ['anthropic', '/realtime?model=a', 'invalid_message'],
] as const)('refuses a WebSocket of %s at %s', (kind, target, code) => {
  expect(readUpgrade(kind, target)).toMatchObject({ code });
});

describe('a message', () => {
  it.each([
    [call('search'), '7', { mcp: { method: 'tools/call', tool: 'search' } }],
    ['{"id":"a\\"b","method":"tools/list"}', '"a\\"b"', { mcp: { method: 'tools/list' } }],
    [
      '{"method":"notifications/initialized"}',
      undefined,
      { mcp: { method: 'notifications/initialized' } },
    ],
    [
      '{"id":1.5,"method":"prompts/get","params":{"name":"p"}}',
      '1.5',
      { mcp: { method: 'prompts/get' } },
    ],
    ['{"id":3,"result":{"roots":[]}}', '3', {}],
    ['{"id":3,"error":{"code":1}}', '3', {}],
  ])('of %s is read', (text, id, outcome) => {
    expect(message(text)).toEqual({ id, outcome });
  });

  it.each([
    ['{"id":1}', 'invalid_message'],
    ['{"id":1,"method":7}', 'invalid_message'],
    ['{"id":1,"method":"tools/call","result":{}}', 'invalid_message'],
    ['{"id":1,"method":"tools/call"}', 'invalid_message'],
    ['{"id":1,"method":"tools/call","params":["search"]}', 'invalid_message'],
    ['{"id":1,"method":"tools/call","params":{"name":["search"]}}', 'invalid_message'],
    ['{"id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}', 'ambiguous_body'],
    ['{"id":1,"method":"ping","params":{},"params":{}}', 'ambiguous_body'],
    [`[${call('search')}]`, 'batch_not_supported'],
    ['{', 'malformed_json'],
  ])('of %s is refused', (text, code) => {
    expect(message(text).outcome).toMatchObject({ code });
  });

  it('keeps no id that is too long to repeat, or no id', () => {
    expect(message(`{"id":"${'x'.repeat(257)}","method":"ping"}`).id).toBeUndefined();
    expect(message('{"id":null,"method":"ping"}').id).toBeUndefined();
    expect(message('{"id":{"a":1},"method":"ping"}').id).toBeUndefined();
  });
});

describe('the headers of a message', () => {
  const encoded = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

  it.each([
    [call('search'), ['Mcp-Method', 'tools/call', 'mcp-name', 'search']],
    [call('größe'), ['Mcp-Method', 'tools/call', 'Mcp-Name', encoded('größe')]],
    [call('=?base64?a?='), ['Mcp-Name', encoded('=?base64?a?=')]],
    ['{"id":1,"method":"resources/read","params":{"uri":"file:///a"}}', ['Mcp-Name', 'file:///a']],
    ['{"id":1,"method":"tasks/get","params":{"taskId":"a"}}', ['Mcp-Name', 'a']],
    [call('search'), []],
  ])('may repeat %s', (text, headers) => {
    expect(message(text, ...headers).outcome).toHaveProperty('mcp');
  });

  it.each([
    [call('search'), ['Mcp-Method', 'tools/list']],
    [call('search'), ['Mcp-Method', 'Tools/Call']],
    [call('search'), ['Mcp-Name', 'fetch']],
    [call('search'), ['Mcp-Name', '']],
    [call('search'), ['Mcp_Name', 'fetch']],
    [call('search'), ['Mcp-Name', 'search', 'Mcp-Name', 'fetch']],
    [call('größe'), ['Mcp-Name', Buffer.from('größe').toString('latin1')]],
    [call('a'), ['Mcp-Name', '=?base64?YR==?=']],
    [call('a'), ['Mcp-Name', '=?base64?/w==?=']],
    ['{"id":1,"method":"prompts/get"}', ['Mcp-Name', 'a']],
    ['{"id":3,"result":{}}', ['Mcp-Method', 'tools/call']],
  ])('may not contradict %s', (text, headers) => {
    expect(message(text, ...headers).outcome).toMatchObject({ code: 'header_mismatch' });
  });
});

describe('the type of a body', () => {
  it.each([
    [['Content-Type', 'application/json']],
    [['content-type', 'Application/JSON; charset="UTF-8"']],
    [
      [
        'content-type',
        'application/vnd.api+json;charset=utf8; a=b',
        'Content-Encoding',
        'identity',
      ],
    ],
  ])('may be %j', (headers) => {
    expect(bodyTypeFault(headers)).toBeUndefined();
  });

  it.each([
    [[]],
    [['Content-Type', 'text/plain']],
    [['Content-Type', 'application/jsonp']],
    [['Content-Type', 'multipart/form-data; boundary=a']],
    [['Content-Type', 'application/json; charset=utf-16']],
    [['Content-Type', 'application/json; charset=utf-8; charset=latin1']],
    [['Content-Type', 'application/json', 'Content-Type', 'multipart/form-data']],
    [['Content-Type', 'application/json', 'Content_Type', 'application/json']],
    [['Content-Type', 'application/json', 'Content-Encoding', 'gzip']],
    [['Content-Type', 'application/json', 'content_encoding', 'br']],
  ])('may not be %j', (headers) => {
    expect(bodyTypeFault(headers)).toMatchObject({ code: 'unsupported_media_type' });
  });
});
