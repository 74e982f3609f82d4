import type { Policy, Workspace } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { EXIT, Failure } from '../../failure.ts';
import { listAll } from '../../lookup.ts';
import { findWorkspaceId } from '../workspaces.ts';
import { nameOnDisk, ORGANIZATION_FOLDER, plainName } from './file-name.ts';
import type { PolicyFields } from './policy-file.ts';
import { type FiledPolicy, holdsPolicies, listFolders, readPolicyFolder } from './policy-folder.ts';

/** Both sides of a policy: undefined where that side lacks it. */
export interface Pair {
  /** Name of the folder of its workspace, or of the organization. */
  readonly folder: string;
  /** Null for the organization. */
  readonly workspaceId: string | null;
  readonly filed: FiledPolicy | undefined;
  readonly saved: Policy | undefined;
}

export const FIELDS = ['name', 'description', 'status', 'mode', 'text'] as const;
export type Field = (typeof FIELDS)[number];

export interface Comparison {
  /** All policies of both sides, those of the organization first. */
  readonly pairs: readonly Pair[];
  readonly filed: readonly FiledPolicy[];
}

/**
 * Reads the policies in the folder and on the server, and finds for each the other by its name.
 * @param workspace id or name, if only the policies of one workspace are meant
 * @throws Failure if a file is no policy, or a folder stands for no workspace
 */
export async function comparePolicies(
  client: Client,
  root: string,
  workspace: string | undefined,
): Promise<Comparison> {
  const all = await listPlaces(client);
  const only = workspace === undefined ? undefined : await findWorkspaceId(client, workspace);
  const places = all.filter(({ workspaceId }) => only === undefined || workspaceId === only);
  const isWanted = (folder: string) => places.some((place) => place.folder === folder);
  if (only === undefined) await refuseUnknownFolders(root, isWanted);
  const filed = await readPolicyFolder(root, isWanted);
  const saved = await readSaved(client, places);
  const pairs = places.flatMap((place) => pairsOf(place, filed, saved));
  return { pairs, filed };
}

/** What differs between both sides; nothing where one of them is missing. */
export function differingFields({ filed, saved }: Pair): readonly Field[] {
  if (!filed || !saved) return [];
  return FIELDS.filter((field) => filed[field] !== saved[field]);
}

export function isDifferent(pair: Pair): boolean {
  return !pair.filed || !pair.saved || differingFields(pair).length > 0;
}

export function nameOf({ filed, saved }: Pair): string {
  return (filed ?? saved)?.name ?? '';
}

/** Name of the file that the policy has, or would get. */
export function fileOf({ folder, filed, saved }: Pair, others: readonly FiledPolicy[]): string {
  if (filed) return filed.file;
  const isTaken = (name: string) =>
    others.some((each) => each.folder === folder && each.file.toLowerCase() === `${name}.cedar`);
  return `${nameOnDisk(saved?.name ?? '', saved?.name ?? '', isTaken)}.cedar`;
}

interface Place {
  readonly folder: string;
  readonly workspaceId: string | null;
}

/** The organization first: what the server refuses there is refused before anything changes. */
async function listPlaces(client: Client): Promise<readonly Place[]> {
  const { data } = await listAll((query) => client.listWorkspaces({ query }));
  const places: Place[] = [{ folder: ORGANIZATION_FOLDER, workspaceId: null }];
  for (const { id, name } of data) {
    const folder = nameOnDisk(name, id, (wanted) => isShared(wanted, data));
    if (places.some((place) => place.folder === folder)) {
      throw new Failure(EXIT.unexpected, `Two workspaces would have the folder "${folder}".`);
    }
    places.push({ folder, workspaceId: id });
  }
  return places;
}

/** Of workspaces whose folders would have one name, none gets it: it would depend on their order. */
function isShared(wanted: string, workspaces: readonly Workspace[]): boolean {
  return workspaces.filter(({ name }) => plainName(name) === wanted).length > 1;
}

async function refuseUnknownFolders(
  root: string,
  isKnown: (folder: string) => boolean,
): Promise<void> {
  for (const folder of await listFolders(root)) {
    if (isKnown(folder) || !(await holdsPolicies(root, folder))) continue;
    const text = `The folder "${folder}" stands for no workspace that you can see.`;
    const advice = 'Rename it or remove it, create the workspace, or give --workspace.';
    throw new Failure(EXIT.notFound, `${text} ${advice}`);
  }
}

async function readSaved(client: Client, places: readonly Place[]): Promise<readonly Policy[]> {
  const { data } = await listAll((query) => client.listPolicies({ query }));
  const saved: Policy[] = [];
  for (const { id, workspaceId } of data) {
    if (!places.some((place) => place.workspaceId === workspaceId)) continue;
    saved.push(await client.getPolicy({ params: { id } }));
  }
  return saved;
}

function pairsOf(
  place: Place,
  filed: readonly FiledPolicy[],
  saved: readonly Policy[],
): readonly Pair[] {
  const here = saved.filter(({ workspaceId }) => workspaceId === place.workspaceId);
  const files = filed.filter(({ folder }) => folder === place.folder);
  const isSame = (a: PolicyFields, b: PolicyFields) =>
    a.name.toLowerCase() === b.name.toLowerCase();
  return [
    ...files.map((file) => ({
      ...place,
      filed: file,
      saved: here.find((policy) => isSame(policy, file)),
    })),
    ...here
      .filter((policy) => !files.some((file) => isSame(policy, file)))
      .map((policy) => ({ ...place, filed: undefined, saved: policy })),
  ];
}
