import type { Completions, OptionWord, Word } from './list-completions.ts';

/** A script for fish that completes the commands, their options and the options' fixed values. */
export function fishCompletion(all: readonly Completions[]): string {
  const paths = all.map(({ path }) => path).filter((path) => path !== '');
  return `# Completion of tollkeeper for fish. Load it with: tollkeeper completion fish | source
function __tollkeeper_at
  set -l words (commandline -opc)[2..]
  set -l route ''
  while set -q words[1]
    set -l word (string trim "$route $words[1]")
    contains -- $word ${paths.map(quoted).join(' ')}; and set route $word
    test "$words[1]" = --organization; and set -e words[1]
    set -e words[1]
  end
  test "$route" = "$argv[1]"
end
complete -c tollkeeper -f
${all.flatMap(lines).join('\n')}
`;
}

function lines({ path, words, options }: Completions): string[] {
  const start = `complete -c tollkeeper -n ${quoted(`__tollkeeper_at ${quoted(path)}`)}`;
  return [
    ...words.map((word) => `${start} -a ${quoted(word.text)}${description(word)}`),
    ...options.map((option) => {
      return `${start} -l ${option.text.slice(2)}${valueFlags(option)}${description(option)}`;
    }),
  ];
}

function valueFlags({ value }: OptionWord): string {
  if (value === 'none') return '';
  if (value === 'file') return ' -r -F';
  if (value === 'folder') return " -x -a '(__fish_complete_directories)'";
  return value === 'other' ? ' -x' : ` -x -a ${quoted(value.join(' '))}`;
}

function description({ help }: Word): string {
  return help === '' ? '' : ` -d ${quoted(help)}`;
}

/** In single quotes fish reads a backslash before a quote or a backslash only. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
