import { ERRORS, type ErrorCode } from '@tollkeeper/contract';
import { describe, expect, it } from 'vitest';
import { checkAnswer, type WireAnswer } from './check-answer.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

function refusal(code: ErrorCode, status: number = ERRORS[code].status) {
  return {
    status,
    type: 'application/problem+json',
    body: { type: '', title: '', status, code, detail: '', requestId: '' },
  };
}

function check(method: string, path: string, answer: Omit<WireAnswer, 'method' | 'path'>) {
  return () => checkAnswer({ method, path, ...answer });
}

describe('an answer that the document does not declare fails its test', () => {
  const open = { status: 200, type: JSON_TYPE, body: { open: true } };
  it.each([
    ['GET', '/v1/setup', open],
    ['GET', '/v1/setup?x=1', refusal('validation_failed')],
    ['GET', '/v1/api-keys/stats', refusal('insufficient_scope')],
    ['DELETE', '/v1/api-keys/key_1', { status: 204, type: '', body: '' }],
    ['PUT', '/v1/setup', refusal('method_not_allowed')],
    ['GET', '/v1/nothing', refusal('not_found')],
    ['GET', '/docs', { status: 418, type: 'text/plain', body: '' }],
  ])('takes what is declared: %s %s', (method, path, answer) => {
    expect(check(method, path, answer)).not.toThrow();
  });

  it.each([
    ['another status', 'GET', '/v1/setup', { ...open, status: 201 }],
    ['another content type', 'GET', '/v1/setup', { ...open, type: 'text/html' }],
    ['a field too many', 'GET', '/v1/setup', { ...open, body: { open: true, hash: '' } }],
    ['a field of another type', 'GET', '/v1/setup', { ...open, body: { open: 'yes' } }],
    ['a body with 204', 'DELETE', '/v1/api-keys/key_1', { ...open, status: 204 }],
    ['a code of other routes', 'GET', '/v1/setup', refusal('plan_limit_reached')],
    ['a code with the status of another', 'GET', '/v1/setup', refusal('plan_limit_reached', 400)],
    ['a refusal that is no problem', 'GET', '/v1/nothing', { ...open, status: 404 }],
    ['any other code at no operation', 'GET', '/v1/nothing', refusal('internal')],
    ['a success at no operation', 'PUT', '/v1/setup', open],
  ])('%s', (_what, method, path, answer) => {
    expect(check(method, path, answer)).toThrow('does not declare');
  });
});
