/** The page of one policy: saving, versions, and two people who edit it. */
import { DEFAULT_POLICY, type Policy } from '@tollkeeper/contract';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { createKey, type Key } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { addGateway, emptyFleet } from './gateways.ts';
import { addPolicy, editorOf } from './policy-list.ts';
import { eventually, openWindow } from './window.ts';

const FIRST = 'permit (principal, action, resource)\nwhen {\n  context.path == "/a"\n};\n';
const FORBID = 'forbid (principal, action, resource);';
let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

it('saves a new text as a version, shows what it changed, and restores the one before', async () => {
  const { page, id } = await openPolicy('restored');
  await editorOf(page).fill(FIRST.replace('"/a"', '"/b"'));
  await page.getByText('No errors.').waitFor();
  await page.getByRole('button', { name: 'Save policy' }).click();
  await page.getByText('Saved as version 2').waitFor();
  await page.getByText('Nothing has changed.').waitFor();

  const versions = page.getByRole('region', { name: 'Versions' });
  await versions.getByRole('button', { name: 'Show changes of version 2' }).click();
  const changes = versions.getByRole('figure', { name: 'Changes of version 2' });
  await changes.getByText('Removed: context.path == "/a"').waitFor();
  await changes.getByText('Added: context.path == "/b"').waitFor();
  await expectAccessible(page, 'A policy with changes shown');

  await versions.getByRole('button', { name: 'Restore version 1' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore version 1?' });
  await dialog.getByText('Added: context.path == "/a"').waitFor();
  await expectAccessible(page, 'Restore a version');
  await dialog.getByRole('button', { name: 'Restore version 1' }).click();
  await page.getByText('Restored version 1', { exact: true }).waitFor();
  await versions.getByText('restored from version 1').waitFor();
  await editorOf(page).getByText('"/a"').waitFor();
  expect(await read(id)).toMatchObject({ version: 3, text: FIRST });
});

it('changes name and mode without a new version', async () => {
  const { page, id } = await openPolicy('before');
  await page.getByLabel('Name', { exact: true }).fill('after');
  await page.getByRole('radio', { name: 'Shadow' }).check();
  await page.getByText('Gateways will refuse every request').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Save policy' }).click();
  await page.getByText('Saved after').waitFor();
  await page.getByRole('heading', { name: 'after', level: 1 }).waitFor();
  await page.getByText('Would have refused 0 calls in the last 24 hours').waitFor();
  expect(await read(id)).toMatchObject({ name: 'after', mode: 'shadow', version: 1 });
});

it('shows what somebody else saved meanwhile, and merges both texts', async () => {
  const { page, id } = await openPolicy('merged');
  await editorOf(page).fill(`// Mine.\n${FIRST}`);
  const theirs = FIRST.replace('"/a"', '"/b"');
  await edit(id, { text: theirs, description: 'Theirs' });
  await page.getByRole('button', { name: 'Save policy' }).click();

  const notice = page.getByRole('alert').filter({ hasText: 'changed since you opened it' });
  await notice.getByText('Theirs').waitFor();
  const conflict = page.getByRole('region', { name: 'Changed text' });
  const newer = conflict.getByRole('figure', { name: 'Changes up to version 2' });
  await newer.getByText('Added: context.path == "/b"').waitFor();
  const mine = conflict.getByRole('figure', { name: 'Your changes to version 2' });
  await mine.getByText('Removed: context.path == "/b"').waitFor();
  await expectAccessible(page, 'A policy that two people edit');
  await conflict.getByRole('link', { name: 'version 2' }).click();
  const saved = page.getByRole('region', { name: 'Versions' }).getByText('Version 2');
  await eventually(() =>
    saved.evaluate((row) => row.getBoundingClientRect().top < innerHeight),
  ).toBe(true);

  await conflict.getByRole('button', { name: 'Merge both texts' }).click();
  await mine.getByText('Added: // Mine.').waitFor();
  expect(await mine.getByText('Removed:').count()).toBe(0);
  await page.getByRole('button', { name: 'Save policy' }).click();
  await page.getByText('Saved as version 3').waitFor();
  await conflict.waitFor({ state: 'detached' });
  expect(await read(id)).toMatchObject({ text: `// Mine.\n${theirs}`, description: 'Theirs' });
});

it('leaves it to the person where both changed the same lines', async () => {
  const { page, id } = await openPolicy('overlapping');
  await editorOf(page).fill(FIRST.replace('"/a"', '"/mine"'));
  await edit(id, { text: FIRST.replace('"/a"', '"/theirs"') });
  await page.getByRole('button', { name: 'Save policy' }).click();
  const conflict = page.getByRole('region', { name: 'Changed text' });
  await conflict.getByText('the texts cannot be merged').waitFor();
  expect(await conflict.getByRole('button', { name: 'Merge both texts' }).count()).toBe(0);
  expect(await editorOf(page).textContent()).toContain('"/mine"');
  await conflict.getByRole('button', { name: 'Use the text of version 2' }).click();
  await editorOf(page).getByText('"/theirs"').waitFor();
  expect((await read(id)).version).toBe(2);
});

it('shows how many gateways have applied its last change', async () => {
  await addGateway(dashboard, { name: 'edge' });
  const { page } = await openPolicy('applied');
  const gateways = page.getByRole('region', { name: 'Gateways' });
  await gateways.getByText(/^Applied on 1 of 1 gateway/).waitFor();
  await page.getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('button', { name: 'Disable policy' }).click();
  await page.getByText('Disabled applied').waitFor();
  await gateways.getByText(/^Applied on 1 of 1 gateway in \d/).waitFor();
  await gateways.getByText('The last change of this policy').waitFor();
  await gateways.getByText('edge').waitFor();
  await emptyFleet(dashboard);
});

it('asks before an edit that is not saved is left', async () => {
  const { page } = await openPolicy('unsaved');
  await editorOf(page).fill('permit (principal, action, resource);');
  await page.getByRole('link', { name: 'Members' }).click();
  const question = page.getByRole('alertdialog', { name: 'Discard what you entered?' });
  await question.getByRole('button', { name: 'Keep editing' }).click();
  await editorOf(page).getByText('permit (principal, action, resource);').waitFor();
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await editorOf(page).getByText('"/a"').waitFor();
  await page.getByRole('link', { name: 'Members' }).click();
  await page.getByRole('heading', { name: 'Members', level: 1 }).waitFor();
});

it('shows it to those who may read it only, and lets them change nothing', async () => {
  const { id } = await addPolicy(dashboard, { name: 'read', text: FIRST });
  const { client } = await join(dashboard, dashboard.owner, 'Vera', 'role_viewer');
  const page = await openWindow(dashboard, { as: client });
  await page.goto(`/policies/${id}`);
  await editorOf(page).getByText('"/a"').waitFor();
  expect(await editorOf(page).getAttribute('aria-readonly')).toBe('true');
  await editorOf(page).click();
  await page.keyboard.type('zzz');
  expect(await editorOf(page).textContent()).not.toContain('zzz');
  for (const name of ['Save policy', 'Disable', 'Restore version 1']) {
    expect(await page.getByRole('button', { name }).count(), name).toBe(0);
  }
  await expectAccessible(page, 'A policy that may only be read');
  await page.goto('/policies');
  await page.getByRole('link', { name: 'read', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'Create policy' }).count()).toBe(0);
});

it('lets a developer change the policies of a workspace, and only read those of the organization', async () => {
  const { client } = await join(dashboard, dashboard.owner, 'Dev', 'role_developer');
  const { id } = await addPolicy(dashboard, { name: 'organization', text: FIRST });
  const page = await openWindow(dashboard, { as: client });
  await page.goto(`/policies/${id}`);
  await editorOf(page).getByText('"/a"').waitFor();
  expect(await page.getByRole('button', { name: 'Save policy' }).count()).toBe(0);
  await page.goto('/policies/new');
  await page.getByText('A policy for every workspace needs the scope security.manage.').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('of a workspace');
  await editorOf(page).fill('forbid (principal, action, resource) when { context.path == "/x" };');
  await page.getByText('Choose a workspace.').waitFor();
  await page.getByLabel('Workspace', { exact: true }).selectOption({ index: 1 });
  await page.getByRole('button', { name: 'Create policy' }).click();
  await page.getByRole('heading', { name: 'of a workspace', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Save policy' }).waitFor();
});

it('simulates a call with the text as it stands, which is not saved', async () => {
  await createKey(dashboard.owner, 'ci-caller');
  await createKey(dashboard.owner, 'other-caller');
  const { page, id } = await openPolicy('simulated');
  await page.setViewportSize({ width: 360, height: 740 });
  const simulator = page.getByRole('region', { name: 'Simulate a call' });
  await simulator.getByRole('button', { name: 'Simulate' }).click();
  await simulator.getByText('Choose the key that calls.').waitFor();
  await simulator.getByRole('combobox', { name: 'Key' }).fill('ci-');
  const offered = simulator.getByRole('listbox').getByRole('option');
  await eventually(() => offered.count()).toBe(1);
  await expectAccessible(page, 'Simulate a call, choosing the key');
  await page.keyboard.press('Enter');
  await simulator.getByLabel('Path').fill('a b');
  await simulator.getByLabel('Address of the client').fill('203.0.113');
  await simulator.getByRole('button', { name: 'Simulate' }).click();
  await simulator.getByText('Must be an IPv4 or IPv6 address').waitFor();
  await simulator.getByText('Must be a path without a query').waitFor();
  await expectAccessible(page, 'Simulate a call, with errors');

  await simulator.getByLabel('Path').fill('/simulated');
  await simulator.getByLabel('Address of the client').fill('203.0.113.9');
  await editorOf(page).fill(
    'forbid (principal, action, resource)\nwhen { context.path == "/simulated" && !(context.headers has "x-team") };',
  );
  await simulator.getByRole('button', { name: 'Simulate' }).click();
  await simulator.getByText('Forbidden by simulated.').waitFor();
  await simulator.getByText('Forbids the call').waitFor();
  await simulator.getByText('from 203.0.113.9').waitFor();
  await expectAccessible(page, 'Simulate a call, refused');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

  await simulator.getByLabel('Header x-team').fill('eu');
  await simulator.getByText('The call or the text has changed since.').waitFor();
  await simulator.getByRole('button', { name: 'Simulate' }).click();
  await simulator.getByText(`Permitted by ${DEFAULT_POLICY.name}.`).waitFor();
  await simulator.getByText('Does not match').first().waitFor();
  await page.setViewportSize({ width: 1440, height: 900 });
  expect(await read(id)).toMatchObject({ version: 1, text: FIRST });
});

it('simulates a call from the list of policies', async () => {
  await addPolicy(dashboard, { name: 'shadowing', text: FORBID, mode: 'shadow' });
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/policies');
  await page.getByRole('link', { name: 'Simulate a call' }).click();
  await page.getByRole('heading', { name: 'Simulate a call', level: 1 }).waitFor();
  const key = page.getByRole('combobox', { name: 'Key' });
  await key.click();
  await page.getByRole('option', { name: 'other-caller' }).click();
  await page.getByRole('button', { name: 'Simulate' }).click();
  await page.getByText('shadowing would refuse it.').waitFor();
  const said = page.getByRole('list', { name: 'What each policy says' }).getByRole('listitem');
  expect(await said.first().textContent()).toContain('decides');
});

it('replays the calls of the last 24 hours with the text as it stands', async () => {
  const key = await createKey(dashboard.owner, 'replayed-caller');
  await countCalls(key, { GET: 100, POST: 20, '': 5 });
  const { page, id } = await openPolicy('replayed');
  const panel = page.getByRole('region', { name: 'Replay calls' });
  await panel.getByText('Gateways enforce this text already.').waitFor();
  await editorOf(page).fill(`${FIRST}\nforbid (principal, action == Action::"POST", resource);`);
  await panel.getByRole('button', { name: 'Replay the last 24 hours' }).click();
  const words = 'this edit would have refused at least 20 of 125 calls, by this key.';
  await panel.getByText(words).waitFor();
  await panel.getByText('The answer is unknown for 5 calls.').waitFor();
  await panel.getByText('20 calls', { exact: true }).waitFor();
  await expectAccessible(page, 'Replay calls');
  await editorOf(page).fill('permit (principal, action, resource');
  await panel.getByText('The policy or the workspace has changed since.').waitFor();
  await panel.getByRole('button', { name: 'Replay the last 24 hours' }).click();
  await panel.getByText('Your text: ').waitFor();
  expect(await read(id)).toMatchObject({ version: 1, text: FIRST });
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await panel.getByRole('link', { name: 'replayed-caller' }).click();
  await page.getByRole('heading', { name: 'replayed-caller', level: 1 }).waitFor();
});

/** Allowed calls of the key in this hour, by their method. */
async function countCalls({ id }: Key, calls: Readonly<Record<string, number>>): Promise<void> {
  for (const [method, count] of Object.entries(calls)) {
    await dashboard.query(
      `insert into call_count select organization_id, id, now(), $1, '', '/v1', $2, 'valid', $3 from workspace`,
      [id, method, count],
    );
  }
}

async function openPolicy(name: string): Promise<{ page: Page; id: string }> {
  const { id } = await addPolicy(dashboard, { name, text: FIRST });
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto(`/policies/${id}`);
  await editorOf(page).getByText('"/a"').waitFor();
  return { page, id };
}

async function read(id: string): Promise<Policy> {
  return (await dashboard.owner.get<Policy>(`/v1/policies/${id}`)).body;
}

async function edit(id: string, body: object): Promise<void> {
  expect((await dashboard.owner.patch(`/v1/policies/${id}`, body)).status).toBe(200);
}
