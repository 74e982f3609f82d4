/**
 * For the set-up of test files: a tenth of a second of processor time for each password that is
 * hashed or checked is what the product wants, and was a third of what tests of its features took.
 * Servers that run in the process of the tests derive at the least cost instead, once they asked for
 * the product's. Servers in processes of their own derive as people's do.
 */
import crypto, { type ScryptOptions } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

type Derive = (
  password: crypto.BinaryLike,
  salt: crypto.BinaryLike,
  length: number,
  options: ScryptOptions,
  callback: (error: Error | null, key: Buffer) => void,
) => void;

const COST_MIN = { N: 16_384, r: 16, p: 1 };
const LEAST_COST = { N: 2, r: 1, p: 1 };

const derive: Derive = crypto.scrypt;

const deriveAtLeastCost: Derive = (password, salt, length, options, callback) => {
  requireCost(options);
  derive(password, salt, length, LEAST_COST, callback);
};

function requireCost({ N = 0, r = 0, p = 0 }: ScryptOptions): void {
  if (N >= COST_MIN.N && r >= COST_MIN.r && p >= COST_MIN.p) return;
  throw new Error(`A password is derived at too low a cost: ${JSON.stringify({ N, r, p })}`);
}

Object.assign(crypto, { scrypt: deriveAtLeastCost });
syncBuiltinESMExports();
