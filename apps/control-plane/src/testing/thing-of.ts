/** What a path of the API is about: `api-keys` in `/v1/api-keys/{id}/rotate`, `reports` below `/v1/compliance`. */
export function thingOf(path: string): string {
  const [, , first = '', second = ''] = path.split('/');
  return first === 'compliance' ? second : first;
}
