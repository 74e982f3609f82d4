const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const coarse = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** "84 MiB", "1.2 GiB": memory, which is counted by 1024. */
export function formatBytes(bytes: number): string {
  return bytes < GIB ? `${whole.format(bytes / MIB)} MiB` : `${coarse.format(bytes / GIB)} GiB`;
}
