/** Gateways as people manage them, how one joins, and which have applied a change of a key. */
export { deleteGateway } from './delete-gateway.ts';
export { getKeyPropagation, getKeysPropagation } from './get-key-propagation.ts';
export { joinGateway } from './join-gateway.ts';
export { getGateway, listGateways } from './list-gateways.ts';
export { updateGateway } from './update-gateway.ts';
