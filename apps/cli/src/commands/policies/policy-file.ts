import {
  POLICY_MODES,
  POLICY_STATUSES,
  POLICY_TEXT_MAX,
  type PolicyMode,
  type PolicyStatus,
  visibleLine,
} from '@tollkeeper/contract';

/** What a file says of a policy. */
export interface PolicyFields {
  readonly name: string;
  readonly description: string;
  readonly status: PolicyStatus;
  readonly mode: PolicyMode;
  readonly text: string;
}

/** Why a file is no policy. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const NAME = visibleLine(64);
const DESCRIPTION = visibleLine(200);

/**
 * The name, and what differs from the defaults, in a comment each; an empty line; and the text as
 * it is.
 * @throws PolicyFileError if a file could not hold it: no server of ours answers such a policy
 */
export function formatPolicyFile({ name, description, status, mode, text }: PolicyFields): string {
  const head = [
    `// name: ${name}`,
    ...(description === '' ? [] : [`// description: ${description}`]),
    ...(status === 'enabled' ? [] : [`// status: ${status}`]),
    ...(mode === 'enforce' ? [] : [`// mode: ${mode}`]),
  ];
  const content = `${head.join('\n')}\n\n${text}`;
  parsePolicyFile(content);
  return content;
}

/**
 * The policy in a file, and the line of the file on which its text begins.
 * @throws PolicyFileError
 */
export function parsePolicyFile(content: string): PolicyFields & { readonly textLine: number } {
  const { values, textLine, text } = splitHead(content);
  const lineOf = (key: string) => values.get(key)?.line ?? 1;
  const said = (key: string) => values.get(key)?.value;
  const check = (key: string, schema: typeof NAME, value: string) => {
    const message = schema.safeParse(value).error?.issues[0]?.message;
    if (message) throw new PolicyFileError(lineOf(key), `The ${key} is invalid: ${message}.`);
  };
  const name = said('name');
  if (name === undefined) throw new PolicyFileError(1, HEAD_ADVICE);
  check('name', NAME, name);
  const description = said('description') ?? '';
  if (description !== '') check('description', DESCRIPTION, description);
  const chosen = <T extends string>(key: string, choices: readonly [T, T]): T => {
    const value = said(key) ?? choices[0];
    const found = choices.find((each) => each === value);
    if (found) return found;
    throw new PolicyFileError(lineOf(key), `The ${key} is "${choices.join('" or "')}".`);
  };
  const status = chosen('status', POLICY_STATUSES);
  const mode = chosen('mode', POLICY_MODES);
  if (text === '') throw new PolicyFileError(textLine, 'The text of the policy is missing.');
  if (text.length > POLICY_TEXT_MAX) {
    const bound = POLICY_TEXT_MAX.toLocaleString('en');
    throw new PolicyFileError(textLine, `The text has more than ${bound} characters.`);
  }
  return { name, description, status, mode, text, textLine };
}

const HEAD_ADVICE =
  'Begin the file with "// name: NAME"; "// description:", "// status:" and "// mode:" may follow, and an empty line before the text.';
const HEAD_LINE = /^\/\/ (name|description|status|mode): (.*)$/;

interface Value {
  readonly value: string;
  readonly line: number;
}

function splitHead(content: string) {
  const values = new Map<string, Value>();
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = content.indexOf('\n', start);
    const found = content.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
    start = end === -1 ? content.length : end + 1;
    if (found === '') return { values, textLine: line + 1, text: content.slice(start) };
    const [, key = '', value = ''] = HEAD_LINE.exec(found) ?? [];
    if (key === '') throw new PolicyFileError(line, HEAD_ADVICE);
    if (values.has(key)) throw new PolicyFileError(line, `The ${key} is named twice.`);
    values.set(key, { value, line });
  }
}
