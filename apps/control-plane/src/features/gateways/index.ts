/** Gateways as people manage them, how one joins, and which have applied a change of a key. */

export { getKeyPropagation, getKeysPropagation } from './get-key-propagation.ts';
export { getKeyReceipt } from './get-key-receipt.ts';
export { getPolicyPropagation } from './get-policy-propagation.ts';
export { joinGateway } from './join-gateway.ts';
export { getGateway, listGateways } from './list-gateways.ts';
export { deleteGateway, updateGateway } from './manage-gateway.ts';
export { recordIncident } from './record-incident.ts';
export { recordWitnessAlarm } from './record-witness-alarm.ts';
