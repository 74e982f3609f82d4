import {
  COSIGNATURE_ED25519,
  cosign,
  NoteError,
  parseNote,
  verifierKey,
  vkeyText,
} from '@tollkeeper/transparency-log';
import { expect, it } from 'vitest';
import { createTransparencyLog } from '../testing/transparency-log.ts';
import { checkCheckpoint } from './check-checkpoint.ts';

it('a cosignature is no signature of a log, whatever key the checkpoint comes with', () => {
  const { origin, privateKey, note } = createTransparencyLog(5);
  const { text } = parseNote(note());
  const submission = {
    ...{ logKey: vkeyText(verifierKey(origin, privateKey, COSIGNATURE_ED25519)), isNewest: true },
    ...{ note: `${text}\n${cosign(text, { name: origin, privateKey }, 1)}`, oldSize: 0, proof: [] },
  };
  expect(() => checkCheckpoint(submission, undefined)).toThrow(NoteError);
});
