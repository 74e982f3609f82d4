import { expect, it, vi } from 'vitest';
import { offerUndo, withdrawUndo } from './offer-undo.ts';

it('withdraws what is offered at the next change, once, and not at what only reads', () => {
  const withdraw = vi.fn();
  offerUndo(withdraw);
  withdrawUndo('/v1/api-keys', 'GET');
  withdrawUndo('/v1/api-keys/propagation', 'POST');
  withdrawUndo('/v1/security/preview', 'POST');
  expect(withdraw).not.toHaveBeenCalled();
  withdrawUndo('/v1/api-keys/key_1/enable', 'POST');
  withdrawUndo('/v1/api-keys/key_1', 'DELETE');
  expect(withdraw).toHaveBeenCalledTimes(1);
});
