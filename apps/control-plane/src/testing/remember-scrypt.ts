/**
 * For the set-up of test files: a tenth of a second of processor time for each password that is
 * hashed or checked is what the product wants, and a fifth of what the suite did. The same password
 * with the same salt gives the same key, so that each is derived once in a process.
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

const derive: Derive = crypto.scrypt;
const keys = new Map<string, Buffer>();

const remembering: Derive = (password, salt, length, options, callback) => {
  const name = JSON.stringify([String(password), String(salt), length, options]);
  const known = keys.get(name);
  if (known) return void setImmediate(callback, null, Buffer.from(known));
  derive(password, salt, length, options, (error, key) => {
    if (!error) keys.set(name, Buffer.from(key));
    callback(error, key);
  });
};

Object.assign(crypto, { scrypt: remembering });
syncBuiltinESMExports();
