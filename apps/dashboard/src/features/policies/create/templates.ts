import { businessHoursCondition, lastKnownDay } from './business-hours.ts';

/** What templates ask for. All of them share the answers, so that a change of template loses none. */
export interface TemplateAnswers {
  /** Only keys with this tag; '' for every key. */
  readonly tag: string;
  readonly ranges: readonly string[];
  readonly paths: readonly string[];
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

export type TemplateQuestion = 'tag' | 'ranges' | 'paths' | 'hours' | 'models' | 'tools';

export interface PolicyTemplate {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly name: string;
  readonly description: string;
  readonly asks: readonly TemplateQuestion[];
  /** Without a tag, it would apply to every key, which is not what it is for. */
  readonly needsTag?: true;
  readonly textOf: (answers: TemplateAnswers, now: number) => string;
}

export const BLANK: PolicyTemplate = {
  id: 'blank',
  title: 'Blank',
  hint: 'Write the policy yourself.',
  name: '',
  description: '',
  asks: [],
  textOf: () => '',
};

/** All but one forbid, because a policy that permits does not narrow what others permit, except by a limit. */
export const TEMPLATES: readonly PolicyTemplate[] = [
  {
    id: 'read-only',
    title: 'Read-only CI',
    hint: 'Keys with a tag may read, and nothing else.',
    name: 'Read-only CI',
    description: 'Keys of CI jobs may read only.',
    asks: ['tag'],
    needsTag: true,
    textOf: ({ tag }) =>
      `forbid (principal, action in Action::"write", resource)\n${whenTagged(tag)};\n`,
  },
  {
    id: 'office-ips',
    title: 'Office IPs only',
    hint: 'Calls are accepted from these addresses only.',
    name: 'Office IPs only',
    description: 'Calls are accepted only from the addresses of our offices.',
    asks: ['ranges', 'tag'],
    textOf: ({ ranges, tag }) =>
      forbidUnless(tag, oneOf(ranges.map((range) => `context.ip.isInRange(ip(${quoted(range)}))`))),
  },
  {
    id: 'business-hours',
    title: 'Business hours',
    hint: 'Calls are accepted during these hours of every day only.',
    name: 'Business hours',
    description: 'Calls are accepted during business hours only.',
    asks: ['hours', 'tag'],
    textOf: (answers, now) => {
      const { from, to, timeZone, tag } = answers;
      const condition = businessHoursCondition(answers, now);
      const changes = condition.includes('datetime(')
        ? ` Includes its clock changes until ${lastKnownDay(now)}.`
        : '';
      return `// From ${from} to ${to} in ${timeZone}.${changes}\n${forbidUnless(tag, condition)}`;
    },
  },
  {
    id: 'rate-limit',
    title: '100 requests a minute',
    hint: 'Each key may make 100 requests a minute. The policy also permits them.',
    name: '100 requests a minute per key',
    description: 'Limits how often each key may call.',
    asks: ['tag'],
    textOf: ({ tag }) => {
      const when = tag.trim() === '' ? '' : `\n${whenTagged(tag)}`;
      return `@limit("100/minute")\n@per("key")\npermit (principal, action, resource)${when};\n`;
    },
  },
  {
    id: 'only-paths',
    title: 'Only these paths',
    hint: 'Keys may call these paths, and no others.',
    name: 'Only these paths',
    description: 'Limits calls to certain paths.',
    asks: ['paths', 'tag'],
    textOf: ({ paths, tag }) =>
      forbidUnless(tag, oneOf(paths.map((path) => `context.path like ${quoted(path)}`))),
  },
  {
    id: 'only-models',
    title: 'Only these models',
    hint: 'Keys may call these models of LLM providers, and nothing else.',
    name: 'Only these models',
    description: 'Limits calls to certain models.',
    asks: ['models', 'tag'],
    textOf: ({ models, tag }) =>
      forbidUnless(tag, `  context has model && ${listOf(models)}.contains(context.model)`),
  },
  {
    id: 'only-tools',
    title: 'Only these MCP tools',
    hint: 'Keys may call these tools of MCP servers, and no others.',
    name: 'Only these MCP tools',
    description: 'Limits calls of tools to certain ones.',
    asks: ['tools', 'tag'],
    textOf: ({ tools, tag }) =>
      forbidUnless(
        tag,
        `  context has mcp.tool && ${listOf(tools)}.contains(context.mcp.tool)`,
        'when { context has mcp && context.mcp.method == "tools/call" }\n',
      ),
  },
];

/** Why there is no text yet; undefined where the answers suffice. */
export function answerBlock(
  { asks, needsTag }: PolicyTemplate,
  answers: TemplateAnswers,
): string | undefined {
  const { ranges, paths, models, tools, from, to, tag } = answers;
  if (needsTag && tag.trim() === '') return 'Enter the tag of the keys.';
  if (asks.includes('ranges') && ranges.length === 0) return 'Add at least one address or range.';
  if (asks.includes('paths') && paths.length === 0) return 'Add at least one path.';
  if (asks.includes('models') && models.length === 0) return 'Add at least one model.';
  if (asks.includes('tools') && tools.length === 0) return 'Add at least one tool.';
  if (!asks.includes('hours')) return undefined;
  if (from === '' || to === '') return 'Enter both times.';
  return from === to ? 'Enter two different times.' : undefined;
}

/** @param when what else must be the case, as a line of its own */
function forbidUnless(tag: string, condition: string, when = ''): string {
  const tagged = tag.trim() === '' ? '' : `${whenTagged(tag)}\n`;
  return `forbid (principal, action, resource)\n${when}${tagged}unless {\n${condition}\n};\n`;
}

function listOf(names: readonly string[]): string {
  return `[${names.map(quoted).join(', ')}]`;
}

function whenTagged(tag: string): string {
  return `when { principal.tags.contains(${quoted(tag.trim())}) }`;
}

function oneOf(conditions: readonly string[]): string {
  return conditions.map((condition) => `  ${condition}`).join(' ||\n');
}

/** Cedar escapes the two characters as JSON does; others that JSON escapes are refused before. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
