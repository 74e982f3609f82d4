import type { Client } from '@tollkeeper/sdk';
import type { Field } from './compare-policies.ts';
import type { PlannedChange } from './plan-changes.ts';
import type { FiledPolicy } from './policy-folder.ts';

/** Fields that an edit sets; the status has routes of its own. */
const EDITABLE = ['name', 'description', 'mode', 'text'] as const satisfies readonly Field[];

/** Makes one change of a plan. An edit is refused where somebody else has edited it since. */
export async function sendChange(
  client: Client,
  { pair, fields }: PlannedChange,
  createId: () => string,
): Promise<void> {
  const { workspaceId, filed, saved } = pair;
  if (!saved) {
    if (filed) await createPolicy(client, workspaceId, filed, createId());
    return;
  }
  const params = { id: saved.id };
  if (!filed) {
    await client.deletePolicy({ params });
    return;
  }
  const changesStatus = fields.includes('status');
  // In this order, no new text is in force that is to be disabled, and no old one that is to be enabled.
  if (changesStatus && filed.status === 'disabled') await client.disablePolicy({ params });
  const edited = EDITABLE.filter((field) => fields.includes(field));
  if (edited.length > 0) {
    const values = Object.fromEntries(edited.map((field) => [field, filed[field]]));
    await client.updatePolicy({ params, body: { ...values, etag: saved.etag } });
  }
  if (changesStatus && filed.status === 'enabled') await client.enablePolicy({ params });
}

async function createPolicy(
  client: Client,
  workspaceId: string | null,
  { name, description, status, mode, text }: FiledPolicy,
  idempotencyKey: string,
): Promise<void> {
  const body = { workspaceId, name, description, status, mode, text };
  await client.createPolicy({ body }, { idempotencyKey });
}
