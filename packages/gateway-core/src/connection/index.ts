/** The one connection to the control plane, kept up. */
export { type Connection, keepConnected } from './keep-connected.ts';
export { openSocket, type Socket, type SocketEvents } from './open-socket.ts';
