import type { Completions } from './list-completions.ts';

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
${all.flatMap(valueCases).join('\n')}
  esac
  local words=""
  case "$path" in
${all.map(wordCase).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _tollkeeper tollkeeper
`;
}

function valueCases({ path, options }: Completions): string[] {
  return options.flatMap(({ text, value }) => {
    if (value === 'none') return [];
    return [`    "${path} ${text}") ${replyWith(value)}; return ;;`];
  });
}

function replyWith(value: readonly string[] | 'file' | 'folder' | 'other'): string {
  if (value === 'other') return ':';
  const kind = value === 'file' ? '-f' : value === 'folder' ? '-d' : `-W "${value.join(' ')}"`;
  return `mapfile -t COMPREPLY < <(compgen ${kind} -- "$current")`;
}

/** Options are offered only once a hyphen was typed, as long as there are other words. */
function wordCase({ path, words, options }: Completions): string {
  const names = words.map(({ text }) => text).join(' ');
  const flags = options.map(({ text }) => text).join(' ');
  if (names === '') return `    "${path}") words="${flags}" ;;`;
  return `    "${path}") [[ "$current" == -* ]] && words="${flags}" || words="${names}" ;;`;
}
