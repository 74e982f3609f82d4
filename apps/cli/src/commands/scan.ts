import { createReadStream } from 'node:fs';
import { LEAK_SOURCE_MAX, type RouteOutput, type Routes } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { displayPrefix } from '@tollkeeper/sdk/secrets';
import type { CliContext } from '../cli-context.ts';
import { flag } from '../command/option.ts';
import { optionalArgumentList, verb } from '../command/verb.ts';
import { EXIT, Failure, isFileError } from '../failure.ts';
import { hint, printTable } from '../output.ts';
import { createProgressLine, NO_PROGRESS, type ProgressLine, sizeText } from '../progress-line.ts';
import { connect } from '../session/connect.ts';
import { counted } from '../text/format.ts';
import { findSecrets } from './scan/find-secrets.ts';
import { listFiles } from './scan/list-files.ts';

type Check = Pick<RouteOutput<Routes['verifyKey']>, 'code' | 'keyId' | 'name'>;

/** A place where a key stands. Nothing in it reveals the key. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly prefix: string;
  /** What the server says of it; absent without --check, and for join keys. */
  readonly check?: Check;
}

const READ_BYTES = 256 * 1024;

export const scan = verb({
  name: 'scan',
  summary: 'Find keys that leaked into files; exits with 12 if it finds one',
  notes:
    'It reads every file below the folders, also those that git ignores, and follows no links. It sends nothing anywhere unless --check or --report is given, and prints no key whole. With --check, keys that the server does not know, and keys that are revoked, do not count. With --report, the server puts keys that it knows into the leak inbox of their organization, and stops them as that organization has chosen.',
  args: [optionalArgumentList('path', 'A file or folder; standard input with --stdin')],
  options: {
    stdin: flag('Read standard input'),
    check: flag('Ask the server of each key whether it still works, and which it is'),
    report: flag('Report each key to the server as leaked'),
  },
  json: { help: 'Print the places as JSON, for scripts' },
  examples: [
    'scan .',
    'scan --check src config',
    'scan --report .',
    'scan --stdin < history.patch',
  ],
  run: async ({ ctx, args: [paths], options: { stdin, check, report }, json }) => {
    if (paths.length === 0 && !stdin) {
      throw new Failure(EXIT.usage, 'Name a file or a folder, or add --stdin.');
    }
    const client = check || report ? (await connect(ctx)).client : undefined;
    const progress = json ? NO_PROGRESS : createProgressLine(ctx.stderr);
    try {
      const sources = sourcesOf(ctx, paths, stdin);
      const found = await scanAll(sources, check ? client : undefined, progress);
      if (report && client) await reportAll(client, found.secrets, progress);
      const { secrets, ...shown } = found;
      return { ...shown, ...(report ? { reported: secrets.size } : {}) };
    } finally {
      progress.end();
    }
  },
  print: (ctx, { files, unreadable, places, reported }, { options: { check } }) => {
    const columns = [
      { title: 'PLACE', cell: placeText },
      { title: 'KEY', cell: ({ prefix }: Place) => `${prefix}…` },
      ...(check ? [{ title: 'CHECK', cell: checkText }] : []),
    ];
    if (places.length > 0) printTable(ctx, columns, places);
    else if (unreadable.length === 0)
      hint(ctx, `No key in ${files} ${files === 1 ? 'file' : 'files'}.`);
    if (reported) {
      hint(
        ctx,
        `Reported ${counted(reported, 'key')}. Run "tollkeeper leaks list" to see what was done.`,
      );
    } else if (places.some(counts)) {
      hint(ctx, 'Revoke each key that leaked, then create another: tollkeeper keys revoke KEY.');
    }
    for (const { file, reason } of unreadable) hint(ctx, `Cannot read "${file}": ${reason}`);
  },
  exitCode: ({ places, unreadable }) => {
    if (places.some(counts)) return EXIT.keyFound;
    return unreadable.length > 0 ? EXIT.unexpected : EXIT.ok;
  },
});

interface Source {
  readonly file: string;
  readonly chunks: AsyncIterable<Buffer>;
}

type OnUnreadable = (file: string, error: unknown) => void;
type Sources = (onUnreadable: OnUnreadable) => AsyncGenerator<Source>;

function sourcesOf(ctx: CliContext, paths: readonly string[], stdin: true | undefined): Sources {
  return async function* (onUnreadable) {
    if (stdin) yield { file: '(standard input)', chunks: bytesOf(ctx.stdin) };
    for (const path of paths) {
      for await (const file of listFiles(path, onUnreadable)) {
        yield { file, chunks: createReadStream(file, { highWaterMark: READ_BYTES }) };
      }
    }
  };
}

async function* bytesOf(input: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  for await (const chunk of input) yield Buffer.from(chunk);
}

async function scanAll(sources: Sources, client: Client | undefined, progress: ProgressLine) {
  const unreadable: { readonly file: string; readonly reason: string }[] = [];
  const onUnreadable: OnUnreadable = (file, error) => {
    unreadable.push({ file, reason: error instanceof Error ? error.message : String(error) });
  };
  const places: Place[] = [];
  /** Where each was found first; join keys are no keys to report. */
  const secrets = new Map<string, string>();
  const checks = new Map<string, Check>();
  let [files, bytes] = [0, 0];
  async function* countBytes(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      progress.show(() => progressText(files, bytes, places.length));
      yield chunk;
    }
  }
  for await (const { file, chunks } of sources(onUnreadable)) {
    try {
      files += 1;
      for await (const { secret, line } of findSecrets(countBytes(chunks))) {
        const check = client && (await checkOnce(client, secret, checks));
        if (!secret.startsWith('tk_join_') && !secrets.has(secret)) {
          secrets.set(secret, `${file}:${line}`);
        }
        places.push({ file, line, prefix: displayPrefix(secret), ...(check && { check }) });
      }
    } catch (error) {
      if (!isFileError(error)) throw error;
      onUnreadable(file, error);
    }
  }
  return { files, unreadable, places, secrets };
}

function progressText(files: number, bytes: number, places: number): string {
  const scanned = `${files.toLocaleString('en')} ${files === 1 ? 'file' : 'files'}`;
  return `Scanned ${scanned} (${sizeText(bytes)}), found ${counted(places, 'key')}\u2026`;
}

/** By a body, never in an address: each is a whole key. */
async function reportAll(
  client: Client,
  secrets: ReadonlyMap<string, string>,
  progress: ProgressLine,
): Promise<void> {
  let reported = 0;
  for (const [key, place] of secrets) {
    progress.show(() => `Reported ${reported} of ${counted(secrets.size, 'key')}\u2026`);
    reported += 1;
    await client.reportLeak({ body: { key, source: place.slice(-LEAK_SOURCE_MAX) } });
  }
}

/** Once for each key, in however many places it is. */
async function checkOnce(client: Client, secret: string, checks: Map<string, Check>) {
  if (secret.startsWith('tk_join_')) return undefined;
  let check = checks.get(secret);
  if (!check) {
    const { code, keyId, name } = await client.verifyKey({ body: { key: secret } });
    check = { code, keyId, name };
    checks.set(secret, check);
  }
  return check;
}

function counts({ check }: Place): boolean {
  return check?.code !== 'invalid_key' && check?.code !== 'revoked';
}

function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}

function checkText({ check }: Place): string {
  if (!check) return 'a join key: look on the Fleet page';
  if (check.keyId === null) return 'no key of this organization';
  return `${check.code}: ${check.name ?? ''} (${check.keyId})`;
}
