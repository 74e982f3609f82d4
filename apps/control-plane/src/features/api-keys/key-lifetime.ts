const DAY_MS = 86_400_000;

/** The latest that a key may expire; null where nothing limits its life. */
export function lifetimeEnd(createdAt: Date, daysMax: number | null): Date | null {
  return daysMax === null ? null : new Date(createdAt.getTime() + daysMax * DAY_MS);
}

/** The first of the moments; null, which is never, when none is one. */
export function earliest(...moments: readonly (Date | null)[]): Date | null {
  const times = moments.flatMap((moment) => (moment ? [moment.getTime()] : []));
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}
