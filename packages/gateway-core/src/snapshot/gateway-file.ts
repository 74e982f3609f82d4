import type { KeyObject } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DownwardOf, openFrame } from '@tollkeeper/protocol';
import type { StateFolder } from '../state-folder/open-state-folder.ts';

type Gateway = DownwardOf<'gateway'>;

/** What the control plane last said about this gateway, as it signed it: policies go by it. */
export interface GatewayFile {
  /** Undefined when there is none, or when it is not what the control plane said about this gateway. */
  read(): Gateway | undefined;
  /** @param frame that the message came in */
  write(frame: Uint8Array): void;
  remove(): void;
}

export function openGatewayFile(
  folder: Pick<StateFolder, 'path'>,
  gatewayId: string,
  controlPlaneKey: KeyObject,
): GatewayFile {
  const path = join(folder.path, 'gateway');
  return {
    read() {
      try {
        const { header } = openFrame(readFileSync(path), controlPlaneKey);
        return header.type === 'gateway' && header.gatewayId === gatewayId ? header : undefined;
      } catch {
        return undefined;
      }
    },
    write(frame) {
      writeFileSync(`${path}.new`, frame, { mode: 0o600, flush: true });
      renameSync(`${path}.new`, path);
    },
    remove() {
      rmSync(path, { force: true });
    },
  };
}
