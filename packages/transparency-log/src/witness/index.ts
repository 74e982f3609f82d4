/** What witnesses of a transparency log are called and sent (C2SP tlog-witness). */

export { witnessName, witnessVerifierKey } from './witness-name.ts';
