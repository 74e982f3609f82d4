/** Only part of the socket's name: nothing listens on TCP. */
export const PORT = 5432;
export const USER = 'tollkeeper';
export const DATABASE = 'tollkeeper';

/** PostgreSQL's own settings by name. */
export type Settings = Readonly<Record<string, string>>;

/** Given at every start, so that a new version of Tollkeeper changes them for old data too. */
const SETTINGS: Settings = {
  listen_addresses: '',
  // Relative to the cluster: the path of a socket may have 107 bytes at most, a data folder more.
  unix_socket_directories: '../run',
  unix_socket_permissions: '0700',
  port: String(PORT),

  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  huge_pages: 'off',
  max_parallel_workers_per_gather: '0',
  // Three processes fewer than the default; the data is small enough for the page cache.
  io_method: 'sync',
  timezone: 'UTC',

  // The client learns its errors itself. In the log their details would quote what people entered,
  // so only what concerns the server is written, and a statement or parameter never.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_statement: 'none',
  log_checkpoints: 'off',
  log_timezone: 'UTC',
};

export function serverArguments(cluster: string, more: Settings = {}): string[] {
  const settings = Object.entries({ ...SETTINGS, ...more }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  return ['-D', cluster, ...settings];
}
