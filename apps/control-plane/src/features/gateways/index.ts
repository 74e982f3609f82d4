/** Gateways as people manage them, how one joins, and which have applied a change of a key. */
export { deleteGateway } from './delete-gateway.ts';
export { getGateway } from './get-gateway.ts';
export { getKeyPropagation } from './get-key-propagation.ts';
export { getKeysPropagation } from './get-keys-propagation.ts';
export { joinGateway } from './join-gateway.ts';
export { listGateways } from './list-gateways.ts';
export { updateGateway } from './update-gateway.ts';
