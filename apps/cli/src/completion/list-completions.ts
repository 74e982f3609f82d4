import { kebabCase } from '../command/add-verb.ts';
import type { Option } from '../command/option.ts';
import type { CommandEntry, Noun, Verb } from '../command/verb.ts';

/** One word that a shell offers, with what it means. */
export interface Word {
  readonly text: string;
  readonly help: string;
}

export interface OptionWord extends Word {
  /** What may follow: one of these words, a file, a folder, anything else, or nothing. */
  readonly value: readonly string[] | 'file' | 'folder' | 'other' | 'none';
}

/** What can follow a command: `''` is the program, `keys` a noun, `keys list` a verb. */
export interface Completions {
  readonly path: string;
  /** Subcommands, or what its first argument can be. */
  readonly words: readonly Word[];
  readonly options: readonly OptionWord[];
}

const HELP: OptionWord = { text: '--help', help: 'Print this help', value: 'none' };
const PRINT_JSON: OptionWord = { text: '--json', help: 'Print JSON, for scripts', value: 'none' };
const GLOBAL: readonly OptionWord[] = [
  { text: '--organization', help: 'Organization to act in', value: 'other' },
  { text: '--version', help: 'Print the version', value: 'none' },
  HELP,
];

/** What a shell offers after each command, from the declarations of all of them. */
export async function listCompletions(
  commands: readonly CommandEntry[],
): Promise<readonly Completions[]> {
  const words = commands.map(({ name, summary }) => ({ text: name, help: summary }));
  const below = await Promise.all(
    commands.flatMap(({ name, alias, load }) =>
      namesOf({ name, alias }).map(async (each) => completionsBelow(each, await load())),
    ),
  );
  return [{ path: '', words, options: GLOBAL }, ...below.flat()];
}

function completionsBelow(name: string, loaded: Noun | Verb): readonly Completions[] {
  if (!('verbs' in loaded)) return [verbCompletions(name, loaded)];
  const words = loaded.verbs.map(({ name, summary }) => ({ text: name, help: summary }));
  return [
    { path: name, words, options: [HELP] },
    ...loaded.verbs.flatMap((verb) =>
      namesOf(verb).map((each) => verbCompletions(`${name} ${each}`, verb)),
    ),
  ];
}

/** An alias is not offered, but a person may type it. */
function namesOf({ name, alias }: { name: string; alias?: string | undefined }): string[] {
  return alias ? [name, alias] : [name];
}

function verbCompletions(path: string, { args, options, json }: Verb): Completions {
  const [choices = []] = args.map((argument) => argument.choices ?? []);
  return {
    path,
    words: choices.map((text) => ({ text, help: '' })),
    options: [
      ...Object.entries(options).map(([key, option]) => ({
        text: `--${kebabCase(key)}`,
        help: option.help,
        value: valueAfter(option),
      })),
      ...(json === 'none' ? [] : [PRINT_JSON]),
      HELP,
    ],
  };
}

function valueAfter({ value, choices }: Option<unknown>): OptionWord['value'] {
  if (value === undefined) return 'none';
  if (choices) return choices;
  return value === 'file' || value === 'folder' ? value : 'other';
}
