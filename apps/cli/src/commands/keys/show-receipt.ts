import { writeFile } from 'node:fs/promises';
import type { Receipt } from '@tollkeeper/contract';
import { receiptText, verifyReceipt } from '@tollkeeper/transparency-log';
import { text as textOption } from '../../command/option.ts';
import { verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { hint } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { findKeyId, KEY } from './open-key.ts';

export const showReceipt = verb({
  name: 'receipt',
  summary: 'Save the receipt of a key that was disabled, revoked or deleted',
  notes:
    'A receipt proves offline that the change is in the audit log, and which gateways know. Verify it with "tollkeeper audit verify FILE".',
  examples: ['keys receipt ci-pipeline --output receipt.json'],
  args: [KEY],
  options: {
    output: textOption('file', 'Write to this file instead of printing it'),
  },
  run: async ({ ctx, args: [reference], options }) => {
    const { client } = await connect(ctx);
    const id = await findKeyId(client, reference);
    const receipt = await client.getKeyReceipt({ params: { id } });
    const text = receiptText(receipt);
    verifyReceipt(text);
    if (options.output !== undefined) await save(options.output, text);
    return receipt;
  },
  print: (ctx, receipt, { options }) => {
    if (options.output === undefined) ctx.stdout.write(receiptText(receipt));
    hint(ctx, summaryOf(receipt));
  },
});

async function save(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { mode: 0o600 });
  } catch (error) {
    throw new Failure(
      EXIT.usage,
      `Cannot write "${path}": ${error instanceof Error ? error.message : error}.`,
    );
  }
}

function summaryOf({ acknowledgements, pending, required }: Receipt): string {
  const known = acknowledgements.length;
  const total = known + pending.length;
  if (total === 0) return 'The change is in the log. No gateway decides about this key.';
  if (required.length === 0)
    return 'The change is in the log. It is too long ago to prove which gateways applied it.';
  return `The change is in the log. ${known} of ${total} ${total === 1 ? 'gateway has' : 'gateways have'} signed that they applied it.`;
}
