import { formatIpRange, parseIpRange } from '@tollkeeper/verify';
import { invalidField } from '../../domain-error.ts';

/**
 * The ranges as they are stored: network addresses in CIDR notation, each once.
 * @throws DomainError validation_failed, naming the text that is no range
 */
export function parseAllowedIps(texts: readonly string[]): string[] {
  const ranges = texts.map((text, at) => {
    const range = parseIpRange(text);
    if (!range) {
      throw invalidField(
        `allowedIps/${at}`,
        `must be an IP address or a CIDR range; "${text}" is not`,
      );
    }
    return formatIpRange(range);
  });
  return [...new Set(ranges)];
}
