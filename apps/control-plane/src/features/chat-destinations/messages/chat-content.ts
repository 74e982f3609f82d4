/** One line of a message: what happened, and the page about it. */
export interface ChatItem {
  readonly title: string;
  readonly isSecurity: boolean;
  /** Holds names that people gave. */
  readonly text: string;
  /** Absolute. */
  readonly url: string;
}

export interface ChatContent {
  readonly organizationName: string;
  readonly items: readonly ChatItem[];
  /** Where all of them are listed. */
  readonly url: string;
}
