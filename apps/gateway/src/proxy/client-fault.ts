import type { Denial } from '@tollkeeper/gateway-core';

/** Why a call under way ends by the client's doing: its body, its absence, or its key. */
export class ClientFault extends Error {
  override readonly name = 'ClientFault';
  /** Undefined when the client is gone, so that there is nobody to answer. */
  readonly denial: Denial | undefined;

  constructor(denial?: Denial) {
    super(denial?.detail ?? 'The client is gone');
    this.denial = denial;
  }
}
