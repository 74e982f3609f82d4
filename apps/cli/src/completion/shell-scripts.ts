import type { Completions, OptionWord, Word } from './list-completions.ts';

/** A script for bash that completes the commands, their options and the options' fixed values. */
export function bashCompletion(all: readonly Completions[]): string {
  const paths = all.map(({ path }) => path).filter((path) => path !== '');
  return `# Completion of tollkeeper for bash. Load it with: source <(tollkeeper completion bash)
_tollkeeper() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word at
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${path:+$path }\${COMP_WORDS[at]}"
    case "$word" in
      ${paths.map((path) => `"${path}"`).join('|')}) path="$word" ;;
    esac
    [[ "\${COMP_WORDS[at]}" == --organization ]] && ((at++))
  done
  COMPREPLY=()
  case "$path $previous" in
${all.flatMap(bashValueCases).join('\n')}
  esac
  local words=""
  case "$path" in
${all.map(bashWordCase).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _tollkeeper tollkeeper
`;
}

function bashValueCases({ path, options }: Completions): string[] {
  return options.flatMap(({ text, value }) => {
    if (value === 'none') return [];
    return [`    "${path} ${text}") ${bashReplyWith(value)}; return ;;`];
  });
}

function bashReplyWith(value: readonly string[] | 'file' | 'folder' | 'other'): string {
  if (value === 'other') return ':';
  const kind = value === 'file' ? '-f' : value === 'folder' ? '-d' : `-W "${value.join(' ')}"`;
  return `mapfile -t COMPREPLY < <(compgen ${kind} -- "$current")`;
}

/** Options are offered only once a hyphen was typed, as long as there are other words. */
function bashWordCase({ path, words, options }: Completions): string {
  const names = words.map(({ text }) => text).join(' ');
  const flags = options.map(({ text }) => text).join(' ');
  if (names === '') return `    "${path}") words="${flags}" ;;`;
  return `    "${path}") [[ "$current" == -* ]] && words="${flags}" || words="${names}" ;;`;
}

/** A script for zsh that completes the commands, their options and the options' fixed values. */
export function zshCompletion(all: readonly Completions[]): string {
  const paths = all.map(({ path }) => path).filter((path) => path !== '');
  return `#compdef tollkeeper
# Completion of tollkeeper for zsh. Load it with: source <(tollkeeper completion zsh)
_tollkeeper() {
  local route="" word at
  local -a entries
  for ((at = 2; at < CURRENT; at++)); do
    word="\${route:+$route }\${words[at]}"
    case "$word" in
      ${paths.map((path) => zshQuoted(path)).join('|')}) route="$word" ;;
    esac
    [[ "\${words[at]}" == --organization ]] && ((at++))
  done
  case "$route \${words[CURRENT-1]}" in
${all.flatMap(zshValueCases).join('\n')}
  esac
  case "$route" in
${all.map(zshWordCase).join('\n')}
  esac
  _describe 'tollkeeper' entries
}
if [[ "$funcstack[1]" == _tollkeeper ]]; then _tollkeeper "$@"; else compdef _tollkeeper tollkeeper; fi
`;
}

function zshValueCases({ path, options }: Completions): string[] {
  return options.flatMap(({ text, value }) => {
    if (value === 'none') return [];
    return [`    ${zshQuoted(`${path} ${text}`)}) ${zshReplyWith(value)}; return ;;`];
  });
}

function zshReplyWith(value: readonly string[] | 'file' | 'folder' | 'other'): string {
  if (value === 'other') return "_message 'value'";
  if (value === 'file') return '_files';
  return value === 'folder' ? '_files -/' : `compadd -- ${value.map(zshQuoted).join(' ')}`;
}

/** Options are offered only once a hyphen was typed, as long as there are other words. */
function zshWordCase({ path, words, options }: Completions): string {
  const flags = `entries=(${options.map(zshEntry).join(' ')})`;
  if (words.length === 0) return `    ${zshQuoted(path)}) ${flags} ;;`;
  const names = `entries=(${words.map(zshEntry).join(' ')})`;
  return `    ${zshQuoted(path)}) if [[ "$words[CURRENT]" == -* ]]; then ${flags}; else ${names}; fi ;;`;
}

function zshEntry({ text, help }: Word): string {
  return zshQuoted(help === '' ? text : `${text}:${help.replaceAll(':', '\\:')}`);
}

function zshQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A script for fish that completes the commands, their options and the options' fixed values. */
export function fishCompletion(all: readonly Completions[]): string {
  const paths = all.map(({ path }) => path).filter((path) => path !== '');
  return `# Completion of tollkeeper for fish. Load it with: tollkeeper completion fish | source
function __tollkeeper_at
  set -l words (commandline -opc)[2..]
  set -l route ''
  while set -q words[1]
    set -l word (string trim "$route $words[1]")
    contains -- $word ${paths.map(fishQuoted).join(' ')}; and set route $word
    test "$words[1]" = --organization; and set -e words[1]
    set -e words[1]
  end
  test "$route" = "$argv[1]"
end
complete -c tollkeeper -f
${all.flatMap(fishLines).join('\n')}
`;
}

function fishLines({ path, words, options }: Completions): string[] {
  const start = `complete -c tollkeeper -n ${fishQuoted(`__tollkeeper_at ${fishQuoted(path)}`)}`;
  return [
    ...words.map((word) => `${start} -a ${fishQuoted(word.text)}${fishDescription(word)}`),
    ...options.map((option) => {
      return `${start} -l ${option.text.slice(2)}${fishValueFlags(option)}${fishDescription(option)}`;
    }),
  ];
}

function fishValueFlags({ value }: OptionWord): string {
  if (value === 'none') return '';
  if (value === 'file') return ' -r -F';
  if (value === 'folder') return " -x -a '(__fish_complete_directories)'";
  return value === 'other' ? ' -x' : ` -x -a ${fishQuoted(value.join(' '))}`;
}

function fishDescription({ help }: Word): string {
  return help === '' ? '' : ` -d ${fishQuoted(help)}`;
}

/** In single quotes fish reads a backslash before a quote or a backslash only. */
function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
