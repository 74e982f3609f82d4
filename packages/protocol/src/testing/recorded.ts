import type { Format } from '../codec/part-format.ts';
import { ENTRIES } from './recorded-entries.ts';
import version3 from './version-3.json' with { type: 'json' };
import version4 from './version-4.json' with { type: 'json' };
import version5 from './version-5.json' with { type: 'json' };

/**
 * Conversations between a gateway and its control plane, each in a version of the protocol, as it was
 * recorded when that version came out. Never change one: a later version gets a recording of its own,
 * and the others stay for as long as gateways of their version are admitted.
 */
export interface Recording {
  readonly protocol: number;
  readonly format: Format;
  readonly signingSecret: string;
  readonly identitySeed: string;
  readonly join: typeof version3.join;
  readonly messages: readonly RecordedMessage[];
  readonly entries: (typeof ENTRIES)[3 | 4];
  readonly frames: readonly RecordedFrame[];
  /** Texts of the gateway, of that type. */
  readonly texts: (type: string) => string[];
}

export interface RecordedFrame {
  readonly header: Readonly<Record<string, unknown>> & { readonly type: string };
  /** Name in ENTRIES of what the part contains; undefined for a frame without a part. */
  readonly entries?: 'firstPart' | 'lastPart' | 'changes' | undefined;
  readonly bytes: Buffer;
}

export type RecordedMessage =
  | ({ readonly from: 'control-plane' } & RecordedFrame)
  | { readonly from: 'gateway'; readonly type: string; readonly text: string };

export const RECORDINGS: readonly Recording[] = [
  readRecording(version3, 1, ENTRIES[3]),
  readRecording(version4, 2, ENTRIES[4]),
  readRecording(version5, 2, ENTRIES[4]),
];

function readRecording(
  recording: Omit<typeof version3, 'messages'> & { readonly messages: readonly object[] },
  format: Format,
  entries: Recording['entries'],
): Recording {
  const messages = recording.messages.map((each): RecordedMessage => {
    if ('text' in each && typeof each.text === 'string') {
      return { from: 'gateway', type: JSON.parse(each.text).type, text: each.text };
    }
    const { header, entries, frame } = each as unknown as Omit<RecordedFrame, 'bytes'> & {
      readonly frame: string;
    };
    return { from: 'control-plane', header, entries, bytes: Buffer.from(frame, 'base64') };
  });
  const { protocol, signingSecret, identitySeed, join } = recording;
  return {
    ...{ protocol, format, signingSecret, identitySeed, join, messages, entries },
    frames: messages.flatMap((each) => (each.from === 'control-plane' ? [each] : [])),
    texts: (type) =>
      messages.flatMap((each) =>
        each.from === 'gateway' && each.type === type ? [each.text] : [],
      ),
  };
}
