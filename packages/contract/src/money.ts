/**
 * Fractions that the payment provider counts in, where they are not hundredths: its own list, which
 * differs from ISO 4217 and from how people write the currency. It counts ISK and UGX in hundredths,
 * though nobody pays less than a whole one (https://docs.stripe.com/currencies).
 */
const FRACTION_DIGITS: ReadonlyMap<string, number> = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF'].map(withDigits(0)),
  ...['VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(withDigits(0)),
  ...['BHD', 'JOD', 'KWD', 'OMR', 'TND'].map(withDigits(3)),
]);

function withDigits(digits: number) {
  return (currency: string) => [currency, digits] as const;
}

/** "€19.99": the amount is an integer in the smallest unit that the payment provider counts in. */
export function formatMoney(amount: number, currency: string): string {
  const digits = FRACTION_DIGITS.get(currency.toUpperCase()) ?? 2;
  const value = amount / 10 ** digits;
  const style = { style: 'currency', currency } as const;
  const usual = new Intl.NumberFormat('en', style).resolvedOptions().maximumFractionDigits ?? 2;
  // What people write without a fraction is written with one only where there is one.
  const shown = Number.isInteger(value) ? Math.min(usual, digits) : digits;
  const exact = { minimumFractionDigits: shown, maximumFractionDigits: shown };
  return new Intl.NumberFormat('en', { ...style, ...exact }).format(value);
}
