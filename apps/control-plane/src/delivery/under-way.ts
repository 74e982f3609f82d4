/** Requests of this process under way, by organization. */
export type UnderWay = ReadonlyMap<string, number>;

export function createUnderWay() {
  const counts = new Map<string, number>();
  const add = (organizationId: string, change: 1 | -1) => {
    const next = (counts.get(organizationId) ?? 0) + change;
    if (next > 0) counts.set(organizationId, next);
    else counts.delete(organizationId);
  };
  return {
    counts: counts as UnderWay,
    /** @returns to be called at the end of the request */
    begin(organizationId: string): () => void {
      add(organizationId, 1);
      return () => add(organizationId, -1);
    },
  };
}
