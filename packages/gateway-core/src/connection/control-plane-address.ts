import { joinGateway } from '@tollkeeper/contract';
import { FLEET_PATH } from '@tollkeeper/protocol';
import { FleetError } from '../fleet-error.ts';

export interface ControlPlaneAddress {
  /** In its one spelling, without a slash at the end. */
  readonly text: string;
  readonly joinUrl: string;
  /** Of the WebSocket. */
  readonly fleetUrl: string;
}

/** @throws FleetError control_plane_address */
export function parseControlPlaneAddress(text: string): ControlPlaneAddress {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw denial(text, 'it must be a URL such as https://keys.example.com');
  }
  if (url.username || url.password) throw denial(text, 'it must not hold a user or password');
  if (url.search || url.hash) throw denial(text, 'it must end with its path');
  const base = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  return {
    text: base,
    joinUrl: base + joinGateway.path,
    fleetUrl: base.replace(/^http/, 'ws') + FLEET_PATH,
  };
}

function denial(text: string, rule: string): FleetError {
  const shown = text.replace(/\/\/[^/@]*@/, '//');
  return new FleetError(
    'control_plane_address',
    `The address of the control plane, "${shown}", is not right: ${rule}.`,
  );
}
