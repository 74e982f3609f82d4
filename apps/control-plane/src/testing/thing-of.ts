/**
 * What a path of the API is about: `api-keys` in `/v1/api-keys/{id}/rotate`, `reports` below `/v1/compliance`,
 * `chat-destinations` below `/v1/integrations`. An access review is about a key.
 */
export function thingOf(path: string): string {
  const [, , first = '', second = ''] = path.split('/');
  if (second === 'access-review') return 'api-keys';
  return first === 'compliance' || first === 'integrations' ? second : first;
}
