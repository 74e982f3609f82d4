/** A destination whose URL has a name that is none, so that a test of it ends at once and reaches nobody. */
export const CHAT_DESTINATION = {
  ...{ name: 'Target', service: 'slack', kinds: ['gateway_gone'] },
  url: `https://${'x'.repeat(64)}.example/services/T0/B0/secret`,
};
