import {
  POLICY_MODES,
  type PolicyLimit,
  type PolicySimulation,
  type SimulatedPolicy,
} from '@tollkeeper/contract';
import type { CliContext } from '../../cli-context.ts';
import { choice, given, list, parsed, required, text } from '../../command/option.ts';
import { readTime } from '../../command/option-values.ts';
import { verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { hint, printFields, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import type { Column } from '../../text/table.ts';
import { findKey } from '../keys/open-key.ts';
import { readRequest, requestOptions } from '../policy-request.ts';
import { findWorkspaceId, placeIn, workspaceNames } from '../workspaces.ts';
import { findPolicyId } from './find-policy.ts';
import { readText } from './read-text.ts';

const EFFECT_WORDS = {
  permits: 'permits',
  forbids: 'forbids',
  does_not_match: 'does not match',
  errors: 'errors, and is ignored',
} as const;

const COLUMNS: readonly Column<SimulatedPolicy & { readonly place: string }>[] = [
  { title: 'POLICY', cell: ({ name, isDraft }) => draftName(name, isDraft), widthMin: 12 },
  { title: 'SAYS', cell: ({ effect }) => EFFECT_WORDS[effect] },
  { title: 'DETERMINES', cell: ({ determines }) => (determines ? 'yes' : '') },
  { title: 'MODE', cell: ({ mode }) => mode },
  { title: 'WORKSPACE', cell: ({ place }) => place },
  { title: 'ID', cell: ({ id }) => id ?? '' },
];

export const simulatePolicies = verb({
  name: 'simulate',
  summary: 'Say what a key would be answered, and what each policy says; exits with 10 if refused',
  examples: [
    'policies simulate --key ci-pipeline --method GET --path /v1/invoices --ip 192.0.2.7',
    'policies simulate --key ci-pipeline --method GET --path / --file new.cedar --policy "Office only"',
  ],
  options: {
    key: required(text('key', 'Key that calls: id, exact name or visible prefix')),
    ...requestOptions,
    ip: text('address', 'IP address that the call comes from; yours unless given'),
    time: parsed('when', 'When it is made, such as 2030-01-31T12:00Z; now unless given', readTime),
    workspace: text(
      'workspace',
      'Workspace of the gateway: id or name; that of the key, or the only one, unless given',
    ),
    scope: list('scope', 'Scopes that the route requires besides apis.call'),
    file: text('file', 'File with a text to try, which is not saved'),
    policy: text('policy', 'Policy that the text replaces: id or name; with --file'),
    mode: choice('mode', POLICY_MODES, 'Mode of the text to try; with --file'),
  },
  run: async ({ ctx, options, json }) => {
    const { key: reference, ip, time, workspace, scope: scopes, file, policy, mode } = options;
    const request = readRequest(options);
    if (!request) throw new Failure(EXIT.usage, 'A request needs both --method and --path.');
    if (file === undefined && (policy !== undefined || mode !== undefined)) {
      throw new Failure(EXIT.usage, '--policy and --mode need --file.');
    }
    const cedar = file === undefined ? undefined : await readText(file);
    const { client } = await connect(ctx);
    const { id: keyId } = await findKey(client, reference);
    const workspaceId = workspace ? await findWorkspaceId(client, workspace) : undefined;
    const id = policy === undefined ? undefined : await findPolicyId(client, policy);
    const draft = cedar === undefined ? undefined : { text: cedar, ...given({ id, mode }) };
    const names = json ? undefined : await workspaceNames(client);
    const simulation = await client.simulatePolicies({
      body: { keyId, request, ...given({ ip, time, workspaceId, scopes, policy: draft }) },
    });
    return { simulation, names };
  },
  answer: ({ simulation }) => simulation,
  print: printSimulation,
  exitCode: ({ simulation: { code } }) => (code === 'valid' ? EXIT.ok : EXIT.keyNotValid),
});

interface Simulated {
  readonly simulation: PolicySimulation;
  /** Of workspaces, by their ids. */
  readonly names: ReadonlyMap<string, string> | undefined;
}

function printSimulation(ctx: CliContext, { simulation: answer, names }: Simulated): void {
  const { code, wouldDeny, missingScopes, isPathAmbiguous, ip, limits = [], policies } = answer;
  const isValid = code === 'valid';
  printFields(ctx, [
    ['Answer', isValid ? 'valid' : `refused: ${code}`, isValid ? 'green' : 'red'],
    ['Address', ip],
    ...(missingScopes.length > 0 ? [['Missing scopes', missingScopes.join(' ')] as const] : []),
    ...(isPathAmbiguous ? [['Reason', 'the path can be read in two ways'] as const] : []),
    ...(wouldDeny ? [['Shadow policies', 'would refuse it'] as const] : []),
    ...(limits.length > 0 ? [['Rate limits', limits.map(limitText).join(', ')] as const] : []),
  ]);
  const rows = policies.map((each) => ({ ...each, place: placeIn(names, each.workspaceId) }));
  if (rows.length > 0) printTable(ctx, COLUMNS, rows);
  for (const warning of answer.warnings ?? []) hint(ctx, `Warning: ${warning}`);
}

function limitText({ count, unit, per }: PolicyLimit): string {
  return `${count}/${unit} per ${per}`;
}

function draftName(name: string | null, isDraft: boolean): string {
  if (!isDraft) return name ?? '';
  return name === null ? '(your text)' : `${name} (your text)`;
}
