/** A gateway as a witness of its organization's transparency log. */

export { createWitness, type Witness, type WitnessStatus } from './witness.ts';
export { openWitnessFolder } from './witness-folder.ts';
