/** The token is in the fragment, which no browser sends and no server logs. */
export function invitationLink(baseUrl: string, token: string): string {
  return `${baseUrl}/accept-invitation#token=${token}`;
}
