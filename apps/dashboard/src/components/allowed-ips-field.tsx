import { joinRanges, splitRanges } from '../lib/allowed-ips.ts';
import { TokenField } from './token-field.tsx';

interface AllowedIpsFieldProps {
  readonly ranges: readonly string[];
  /** What an empty list means, and what the ranges are for. */
  readonly hint: string;
  readonly error: string | undefined;
  readonly onRanges: (ranges: readonly string[]) => void;
}

/** Addresses that are accepted. */
export function AllowedIpsField({ ranges, hint, error, onRanges }: AllowedIpsFieldProps) {
  return (
    <TokenField
      label="Allowed IP ranges"
      hint={hint}
      placeholder="10.0.0.0/8"
      addLabel="Add range"
      listLabel="Allowed ranges"
      tokens={ranges}
      split={splitRanges}
      explainBad={(bad) =>
        `Not an IP address or a CIDR range such as 10.0.0.0/8: ${bad.join(', ')}`
      }
      error={error}
      className="max-w-72"
      onAdd={(added) => onRanges(joinRanges(ranges, added))}
      onRemove={(range) => onRanges(ranges.filter((other) => other !== range))}
    />
  );
}
