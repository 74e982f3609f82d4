/** The secret of an `otpauth:` address, in groups of four that a person can type. */
export function secretGroups(totpUri: string): readonly string[] {
  const secret = URL.parse(totpUri)?.searchParams.get('secret') ?? '';
  return secret.match(/.{1,4}/g) ?? [];
}
