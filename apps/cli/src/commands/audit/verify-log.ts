import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  NoteError,
  parseVkey,
  VerificationError,
  type VerifiedLog,
  type VerifierKey,
  verifyExport,
  verifyLiveLog,
} from '@tollkeeper/transparency-log';
import type { CliContext } from '../../cli-context.ts';
import { text } from '../../command/option.ts';
import { argument, verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { hint, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';

const IS_URL = /^https?:\/\//;

interface Trust {
  readonly key: VerifierKey | undefined;
  readonly earlier: string | undefined;
}

export const verifyLog = verb({
  name: 'verify',
  summary: 'Verify an export with proofs, or the live log of a server',
  args: [argument('file-or-url', 'An export, or the address of the server')],
  options: {
    key: text('key', "The log's public key, or a file with it, from a place that you trust"),
    earlier: text('file', 'A checkpoint that you kept: the log must continue it'),
  },
  notes:
    'Ends with exit code 1 where anything fails, naming the first event. Without --key, the key of the export or the server itself is used, which proves nothing about a server that you do not trust.',
  examples: [
    'audit verify events.jsonl --key audit-log.vkey',
    'audit verify https://keys.example.com --key audit-log.vkey --earlier last-month.txt',
  ],
  run: async ({ ctx, args: [source], options }) => {
    const key = options.key === undefined ? undefined : await readKey(options.key);
    const earlier = options.earlier === undefined ? undefined : await read(options.earlier);
    const trust: Trust = { key, earlier };
    try {
      const verified = IS_URL.test(source)
        ? await verifyServer(ctx, source, trust)
        : await verifyExport(linesOf(source), trust);
      return { ...verified, isKeyTrusted: key !== undefined };
    } catch (error) {
      throw explained(error, source);
    }
  },
  print: (ctx, verified) => {
    printLine(ctx, summaryOf(verified));
    if (!verified.isKeyTrusted)
      hint(ctx, 'The key came with the log. Give --key to verify it by your own copy.');
  },
});

/** By the credential for that server; the tiles need one for the whole organization. */
async function verifyServer(ctx: CliContext, url: string, trust: Trust): Promise<VerifiedLog> {
  const { client } = await connect({ ...ctx, env: { ...ctx.env, TOLLKEEPER_URL: url } });
  const checkpoint = Buffer.from(await bytesOf(await client.getAuditCheckpoint())).toString();
  const { publicKey, firstSequence } = await client.getAuditLog();
  return verifyLiveLog({
    ...{ key: trust.key ?? parseVkey(publicKey), earlier: trust.earlier },
    ...{ checkpoint, firstSequence },
    readTile: async (path) => bytesOf(await client.getAuditTile({ params: { path } })),
  });
}

function bytesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Response(stream).bytes();
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
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

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function unreadable(file: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return new Failure(EXIT.usage, `Cannot read "${file}": ${reason}.`, { cause: error });
}

function summaryOf({ origin, size, events, firstSequence, continues }: VerifiedLog): string {
  const from =
    firstSequence === null || firstSequence === 1 ? '' : `, from event ${firstSequence} on`;
  const kept = continues === null ? '' : ` It continues your checkpoint of ${continues} events.`;
  return `Verified ${events} of the ${size} events of ${origin}${from}.${kept}`;
}
