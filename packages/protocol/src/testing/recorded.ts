import recording from './version-3.json' with { type: 'json' };

/**
 * A conversation between a gateway and its control plane in version 3 of the protocol, as it was
 * recorded when that version came out. Never change it: a later version gets a recording of its own,
 * and this one stays for as long as gateways of version 3 are admitted.
 */
export const { protocol, signingSecret, identitySeed, join } = recording;

export interface RecordedFrame {
  readonly header: Readonly<Record<string, unknown>> & { readonly type: string };
  /** Name in ENTRIES of what the part contains; undefined for a frame without a part. */
  readonly entries?: 'firstPart' | 'lastPart' | 'changes' | undefined;
  readonly bytes: Buffer;
}

export type RecordedMessage =
  | ({ readonly from: 'control-plane' } & RecordedFrame)
  | { readonly from: 'gateway'; readonly type: string; readonly text: string };

export const messages: readonly RecordedMessage[] = recording.messages.map(
  (each): RecordedMessage => {
    if (each.text !== undefined) {
      return { from: 'gateway', type: JSON.parse(each.text).type, text: each.text };
    }
    const { header, entries, frame } = each as unknown as Omit<RecordedFrame, 'bytes'> & {
      readonly frame: string;
    };
    return { from: 'control-plane', header, entries, bytes: Buffer.from(frame, 'base64') };
  },
);

export function recordedFrames(): RecordedFrame[] {
  return messages.flatMap((each) => (each.from === 'control-plane' ? [each] : []));
}

/** Texts of the gateway, of that type. */
export function recordedTexts(type: string): string[] {
  return messages.flatMap((each) =>
    each.from === 'gateway' && each.type === type ? [each.text] : [],
  );
}
