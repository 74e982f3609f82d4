import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { AuditLog, RouteOutput, Routes } from '@tollkeeper/contract';
import { ApiError, type Client } from '@tollkeeper/sdk';
import {
  auditLeafText,
  isReceipt,
  NoteError,
  parseVkey,
  splitLines,
  VerificationError,
  type VerifiedLog,
  type VerifierKey,
  verifyExport,
  verifyLiveLog,
  verifyReceipt,
  vkeyText,
} from '@tollkeeper/transparency-log';
import type { CliContext } from '../../cli-context.ts';
import { text } from '../../command/option.ts';
import { argument, verb } from '../../command/verb.ts';
import { EXIT, Failure, isFileError } from '../../failure.ts';
import { hint, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { counted } from '../../text/format.ts';
import { isFolder, readStoredObjects } from './stored-objects.ts';

const IS_URL = /^https?:\/\//;

/** What an export is read by: many lines at a time. */
const READ_BYTES = 256 * 1024;

interface Trust {
  readonly key: VerifierKey | undefined;
  readonly earlier: string | undefined;
}

export const verifyLog = verb({
  name: 'verify',
  summary: 'Verify an export with proofs, a receipt, stored objects, or the live log of a server',
  args: [
    argument(
      'file-or-url',
      'An export, a receipt, a folder with the objects that a log stream stored, or the address of the server',
    ),
  ],
  options: {
    key: text('key', "The log's public key, or a file with it, from a place that you trust"),
    earlier: text('file', 'A checkpoint that you kept: the log must continue it'),
  },
  notes:
    'Ends with exit code 1 where anything fails, naming the first event. Without --key, the key of the export or the server itself is used, which proves nothing about a server that you do not trust.',
  examples: [
    'audit verify events.jsonl --key audit-log.vkey',
    'audit verify ./bucket/tollkeeper --key audit-log.vkey',
    'audit verify https://keys.example.com --key audit-log.vkey --earlier last-month.txt',
  ],
  run: async ({ ctx, args: [source], options }) => {
    const key = options.key === undefined ? undefined : await readKey(options.key);
    const earlier = options.earlier === undefined ? undefined : await read(options.earlier);
    const trust: Trust = { key, earlier };
    try {
      return { ...(await verifySource(ctx, source, trust)), isKeyTrusted: key !== undefined };
    } catch (error) {
      throw explained(error, source);
    }
  },
  print: (ctx, verified) => {
    printLine(ctx, 'keyId' in verified ? receiptSummary(verified) : summaryOf(verified));
    if (!verified.isKeyTrusted)
      hint(ctx, 'The key came with the log. Give --key to verify it by your own copy.');
  },
});

async function verifySource(ctx: CliContext, source: string, trust: Trust) {
  if (IS_URL.test(source)) return verifyServer(ctx, source, trust);
  if (await isFolder(source))
    return verifyExport(splitLines(readStoredObjects(source, trust.key)), trust);
  if (isReceipt(await beginningOf(source))) return verifyReceiptFile(await read(source), trust);
  const parts = createReadStream(source, { highWaterMark: READ_BYTES });
  const verified = await verifyExport(splitLines(parts), trust);
  // The creator of the export chose what it leaves out: to pass here would skip what was asked for.
  if (trust.earlier !== undefined && verified.continues === null) {
    throw new VerificationError(
      'The export leaves out the events around the end of your earlier checkpoint, and cannot be compared with it. Export all events, or verify the live log.',
    );
  }
  return verified;
}

type ReceiptProof = ReturnType<typeof verifyReceiptFile>;

function verifyReceiptFile(receipt: string, { key, earlier }: Trust) {
  if (earlier !== undefined) {
    throw new Failure(EXIT.usage, 'A receipt cannot be compared with an earlier checkpoint.');
  }
  const proof = verifyReceipt(receipt, { logKey: key && vkeyText(key) });
  const { acknowledgements, pending } = proof.receipt;
  return {
    keyId: proof.receipt.keyId,
    action: proof.event.action,
    at: proof.event.at,
    size: proof.size,
    cosignatures: proof.cosignatures,
    acknowledged: acknowledgements.length,
    pending: pending.length,
  };
}

function receiptSummary({ keyId, action, at, ...counts }: ReceiptProof): string {
  const { acknowledged, pending, cosignatures } = counts;
  return `Verified: ${action} of ${keyId} at ${at} is in the log. ${acknowledged} of ${counted(acknowledged + pending, 'gateway')} signed that they applied it, and ${cosignatures.length} ${cosignatures.length === 1 ? 'witness' : 'witnesses'} cosigned the checkpoint.`;
}

/** How often a log is read whose first events the retention deletes meanwhile. */
const ATTEMPTS_MAX = 3;

/** By the credential for that server; the tiles need one for the whole organization. */
async function verifyServer(ctx: CliContext, url: string, trust: Trust): Promise<VerifiedLog> {
  const { client } = await connect({ ...ctx, env: { ...ctx.env, TOLLKEEPER_URL: url } });
  let log = await client.getAuditLog();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await verifyAsItIs(client, log, trust);
    } catch (error) {
      if (!(error instanceof VerificationError) || attempt === ATTEMPTS_MAX) throw error;
      const { firstSequence } = log;
      log = await client.getAuditLog();
      if (log.firstSequence === firstSequence) throw error;
    }
  }
}

/** @param log read before the checkpoint, so that this covers the event which says why the first ones are gone */
async function verifyAsItIs(
  client: Client,
  { publicKey, firstSequence, problem }: AuditLog,
  { key, earlier }: Trust,
): Promise<VerifiedLog> {
  const checkpoint = Buffer.from(await bytesOf(await client.getAuditCheckpoint())).toString();
  const verified = await verifyLiveLog({
    ...{ key: key ?? parseVkey(publicKey), earlier, checkpoint, firstSequence },
    readTile: (path) => readTile(client, path),
    readOldest: (count) => readOldest(client, firstSequence, count),
  });
  if (problem === null) return verified;
  throw new VerificationError(`The server found the stored log changed: ${problem}`);
}

/** The leaves of the oldest events that are kept: the list begins with them, or with those that are just being deleted. */
async function readOldest(client: Client, first: number, count: number): Promise<string[]> {
  const leaves: string[] = [];
  let cursor: string | null = null;
  do {
    const query = {
      order: 'asc' as const,
      limit: PAGE_MAX,
      ...(cursor === null ? {} : { cursor }),
    };
    const page: AuditEventPage = await client.listAuditEvents({ query });
    const kept = page.data.filter(({ sequence }) => sequence >= first);
    leaves.push(...kept.map(auditLeafText));
    cursor = page.data.length < PAGE_MAX ? null : page.nextCursor;
  } while (leaves.length < count && cursor !== null);
  return leaves.slice(0, count);
}

type AuditEventPage = RouteOutput<Routes['listAuditEvents']>;

/** What a page of a list has at most. */
const PAGE_MAX = 100;

/** What a checkpoint covers has to be there. */
async function readTile(client: Client, path: string): Promise<Uint8Array> {
  try {
    return await bytesOf(await client.getAuditTile({ params: { path } }));
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'not_found')) throw error;
    throw new VerificationError(`The server does not have "${path}". ${error.message}`);
  }
}

function bytesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Response(stream).bytes();
}

/** Enough to tell a receipt from an export, which may be larger than the memory. */
async function beginningOf(file: string): Promise<string> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function readKey(given: string): Promise<VerifierKey> {
  const vkey = given.includes('+') ? given : (await read(given)).trim();
  try {
    return parseVkey(vkey);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new Failure(EXIT.usage, `The key cannot be read: ${error.message}.`, { cause: error });
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function explained(error: unknown, source: string): unknown {
  if (error instanceof VerificationError || error instanceof NoteError) {
    return new Failure(EXIT.unexpected, `Verification failed: ${error.message}`, { cause: error });
  }
  return IS_URL.test(source) || !isFileError(error) ? error : unreadable(source, error);
}

function unreadable(file: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return new Failure(EXIT.usage, `Cannot read "${file}": ${reason}.`, { cause: error });
}

function summaryOf({
  origin,
  size,
  events,
  firstSequence,
  continues,
  ...rest
}: VerifiedLog): string {
  const from =
    firstSequence === null || firstSequence === 1 ? '' : `, from event ${firstSequence} on`;
  const kept = continues === null ? '' : ` It continues your checkpoint of size ${continues}.`;
  return `Verified ${events} of the ${size} events of ${origin}${from}.${leftOutText(rest)}${kept}`;
}

/** No proof shows whether a filter was applied as it says: anyone who has the file can leave out more. */
function leftOutText({ leftOut, filter }: Pick<VerifiedLog, 'leftOut' | 'filter'>): string {
  if (leftOut === 0) return '';
  if (filter === null)
    return ` The other ${leftOut} were left out, and the export does not say why.`;
  const asked = Object.entries(filter).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  if (asked.length === 0) return ` The retention deleted the other ${leftOut}.`;
  return ` The other ${leftOut} do not match ${asked.join(', ')}, says the export: they were left out.`;
}
