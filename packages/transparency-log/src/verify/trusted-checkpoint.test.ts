import { expect, it } from 'vitest';
import { sampleLeaves, sampleLog } from '../testing/sample-log.ts';
import { verifyExport } from './verify-export.ts';
import { verifyLiveLog } from './verify-live-log.ts';

it('a kept checkpoint proves nothing unless the log has signed it', async () => {
  const log = sampleLog(sampleLeaves(9));
  // The right text, which anybody can write.
  const { checkpoint: earlier } = sampleLog(sampleLeaves(4), 'org_1', 2);
  const unsigned = 'The earlier checkpoint is not signed';
  await expect(verifyExport(log.exportLines(), { key: log.key, earlier })).rejects.toThrow(
    unsigned,
  );
  await expect(verifyLiveLog({ ...log, earlier })).rejects.toThrow(unsigned);
});
