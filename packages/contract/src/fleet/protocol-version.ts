/**
 * The version of everything in this folder. Each change of it adds a line here.
 *
 * 1: challenge, hello, gateway, snapshot, changes, usage, health.
 */
export const PROTOCOL_VERSION = 1;

/** Where gateways connect, below the control plane's address. */
export const FLEET_PATH = '/v1/fleet';

/** How often the control plane confirms that a version is still the current one, in milliseconds. */
export const CONFIRM_MS = 5000;
/** Silent for so long, either end takes the connection for broken, in milliseconds. */
export const SILENCE_MS = 15_000;
/** The largest message to the control plane, in bytes; a hello may be much smaller. */
export const UPWARD_BYTES_MAX = 8 * 1024 * 1024;
export const HELLO_BYTES_MAX = 4096;
/** The largest message to a gateway, in bytes: snapshots come in parts. */
export const DOWNWARD_BYTES_MAX = 4 * 1024 * 1024;
