import type { Policy, PolicySummary } from '@tollkeeper/contract';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ClaimedDashboard } from './dashboard.ts';

/** The text field for Cedar. */
export function editorOf(page: Page | Locator): Locator {
  return page.getByRole('textbox', { name: 'Cedar' });
}

interface NewPolicy {
  readonly name: string;
  readonly workspaceId?: string | null;
  readonly text?: string;
  readonly mode?: 'enforce' | 'shadow';
}

/** Adds a policy of the organization, unless a workspace is given. */
export async function addPolicy(
  { owner }: ClaimedDashboard,
  {
    name,
    workspaceId = null,
    text = 'forbid (principal, action, resource) when { false };',
    mode = 'enforce',
  }: NewPolicy,
): Promise<Policy> {
  const policy = { name, workspaceId, text, mode };
  const { status, body } = await owner.post<Policy>('/v1/policies', policy);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

export async function listPolicies({ owner }: ClaimedDashboard): Promise<PolicySummary[]> {
  const { body } = await owner.get<{ data: PolicySummary[] }>('/v1/policies');
  return body.data;
}
