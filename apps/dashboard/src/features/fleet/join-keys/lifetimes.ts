/** How long a join key works, by what a person calls it. */
export const LIFETIMES = [
  { value: '900', label: '15 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
] as const;
export type Lifetime = (typeof LIFETIMES)[number]['value'];
