/** What a fault is about: one sentence for each, and the newest stands. */
export type FaultTopic =
  | 'instance'
  | 'limits'
  | 'removed'
  | 'control_plane'
  | 'rejected'
  | 'disk'
  | 'usage'
  | 'witness'
  | 'witness_disk';

/** What is wrong with this instance at the moment, for people. */
export interface Faults {
  set(topic: FaultTopic, sentence: string): void;
  clear(topic: FaultTopic): void;
  /**
   * Null when nothing is wrong.
   * @param except what is reported elsewhere
   */
  text(except?: FaultTopic): string | null;
}

/** What the contract lets a gateway report, in characters. */
const TEXT_MAX = 500;

export function createFaults(): Faults {
  const sentences = new Map<FaultTopic, string>();
  return {
    set: (topic, sentence) => void sentences.set(topic, sentence),
    clear: (topic) => void sentences.delete(topic),
    text: (except) => {
      const left = [...sentences].filter(([topic]) => topic !== except);
      return toLine(left.map(([, sentence]) => sentence).join(' '), TEXT_MAX) || null;
    },
  };
}

/** On one line, of at most so many characters: what the contract takes for people to read. */
export function toLine(text: string, max: number): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, max)
    .toWellFormed();
}
