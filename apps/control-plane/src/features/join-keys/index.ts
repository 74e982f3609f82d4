/** Join keys: short-lived secrets that admit gateways to a workspace's fleet. */
export { createJoinKey } from './create-join-key.ts';
export { deleteJoinKey } from './delete-join-key.ts';
export {
  findJoinKey,
  giveBackUse,
  joinKeyInvalid,
  lockOpenJoinKey,
  spendUse,
} from './join-by-key.ts';
export { isUnconfirmed, listJoinKeys } from './list-join-keys.ts';
