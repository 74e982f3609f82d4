import type { Noun } from '../command/verb.ts';
import { disableKeys, enableKeys } from './keys/change-keys.ts';
import { createKey, rotateKey } from './keys/create-key.ts';
import { deleteKeys, revokeKeys } from './keys/end-keys.ts';
import { listCascades } from './keys/list-cascades.ts';
import { listKeys } from './keys/list-keys.ts';
import { showKey, showKeyStats } from './keys/show-key.ts';
import { showPropagation } from './keys/show-propagation.ts';
import { showReceipt } from './keys/show-receipt.ts';
import { updateKey } from './keys/update-key.ts';

export const keys: Noun = {
  notes:
    '<key> is an id, an exact name, or a visible prefix such as tk_live_a1b2.\ndisable, enable, revoke and delete accept several keys, separated by spaces.',
  verbs: [
    listKeys,
    createKey,
    showKey,
    updateKey,
    disableKeys,
    enableKeys,
    rotateKey,
    revokeKeys,
    deleteKeys,
    listCascades,
    showPropagation,
    showReceipt,
    showKeyStats,
  ],
};
