/** A stream whose destination has a name that is none, so that a test of it ends at once and reaches nobody. */
export const LOG_STREAM = {
  ...{ name: 'Target', destination: 'https' },
  url: `https://${'x'.repeat(64)}.example/`,
};
