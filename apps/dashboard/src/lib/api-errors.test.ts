import { ApiError } from '@tollkeeper/sdk';
import { expect, it } from 'vitest';
import { fieldErrors } from './api-errors.ts';

function refusal(...paths: string[]): ApiError {
  return new ApiError({
    type: 'about:blank',
    title: '',
    status: 422,
    code: 'validation_failed',
    detail: 'The request is not valid',
    requestId: 'req',
    errors: paths.map((path) => ({ path, message: 'must be shorter' })),
  });
}

it.each(['allowedIps', 'allowedIps.2', '/allowedIps/2', 'body.allowedIps[2]', '#/allowedIps/2'])(
  'brings %s to its field',
  (path) => {
    expect(fieldErrors(refusal(path), ['allowedIps'])).toEqual({
      fields: { allowedIps: 'Must be shorter.' },
      form: [],
    });
  },
);

it('keeps what belongs to no field for the top of the form', () => {
  expect(fieldErrors(refusal('other', ''), ['name'])).toEqual({
    fields: {},
    form: ['other: must be shorter', 'Must be shorter.'],
  });
});

it('has nothing to say of other errors', () => {
  expect(fieldErrors(new TypeError('fetch failed'), ['name'])).toBeUndefined();
  expect(fieldErrors(refusal(), ['name'])).toBeUndefined();
});
