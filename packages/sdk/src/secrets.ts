/** The format of keys, for programs that look for leaked ones. */
export { displayPrefix, isWellFormed, SECRET_PATTERN } from '@tollkeeper/verify';
