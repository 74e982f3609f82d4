/** The fleet protocol: what control plane and gateways say to each other over one WebSocket. */
export * from './downward.ts';
export * from './hello.ts';
export { type Position, position } from './position.ts';
export * from './protocol-version.ts';
export * from './public-key.ts';
export * from './upward.ts';
