/** A time from which a zone has an offset. */
export interface ZoneOffset {
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Minutes ahead of UTC. */
  readonly minutes: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** No zone changes its clock twice in this time. */
const STEP = 10 * 24 * HOUR;

/**
 * The offsets of a zone in turn, the first of them at `from`.
 * @param zone name in the IANA database, such as Europe/Berlin
 */
export function zoneOffsets(zone: string, from: number, until: number): ZoneOffset[] {
  const clock = clockOf(zone);
  const offsets: ZoneOffset[] = [{ from, minutes: offsetAt(clock, from) }];
  for (let at = from; at < until; at += STEP) {
    const end = Math.min(at + STEP, until);
    if (offsetAt(clock, end) === offsetAt(clock, at)) continue;
    const changed = findChange(clock, at, end);
    offsets.push({ from: changed, minutes: offsetAt(clock, changed) });
  }
  return offsets;
}

/** The minute between the two, at which the offset is that of the later. */
function findChange(clock: Intl.DateTimeFormat, from: number, until: number): number {
  const later = offsetAt(clock, until);
  let [low, high] = [Math.floor(from / MINUTE), Math.ceil(until / MINUTE)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(clock, middle * MINUTE) === later) high = middle;
    else low = middle;
  }
  return high * MINUTE;
}

function clockOf(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
}

/** From "GMT+05:30"; "GMT" alone is none. */
function offsetAt(clock: Intl.DateTimeFormat, at: number): number {
  const name = clock.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /GMT([+-])(\d+)(?::(\d+))?/.exec(name) ?? [];
  if (!sign) return 0;
  const size = Number(hours) * 60 + Number(minutes ?? 0);
  return sign === '-' ? -size : size;
}
