import { expect, it } from 'vitest';
import { sampleLeaf, sampleLeaves, sampleLog } from '../testing/sample-log.ts';
import { verifyExport } from './verify-export.ts';
import { verifyLiveLog } from './verify-live-log.ts';

it('a log that was signed with an event that two readers may read differently is refused', async () => {
  const leaf = sampleLeaf(4);
  for (const text of [
    `${leaf} `,
    leaf.replace('{', '{"action":"a","action":"b",'),
    leaf.replace('"sequence":4', '"sequence":4.0'),
    `{"organizationId":"org_1","sequence":4}`.replace('"org_1"', '"org_1","a":1'),
    leaf.replace('"note":""', '"note":"\\ud800"'),
  ]) {
    const signed = sampleLog(sampleLeaves(9).with(3, text));
    for (const verify of [() => verifyLiveLog(signed), () => verifyExport(signed.exportLines())]) {
      await expect(verify()).rejects.toMatchObject({
        ...{ sequence: 4, message: expect.stringContaining('Event 4 is not canonical JSON') },
      });
    }
  }
});
