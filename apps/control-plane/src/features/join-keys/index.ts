/** Join keys: short-lived secrets that admit gateways to a workspace's fleet. */

export {
  findJoinKey,
  giveBackUse,
  joinKeyInvalid,
  lockOpenJoinKey,
  spendUse,
  whyRefused,
} from './join-by-key.ts';
export { isUnconfirmed, listJoinKeys } from './list-join-keys.ts';
export { createJoinKey, deleteJoinKey } from './manage-join-key.ts';
