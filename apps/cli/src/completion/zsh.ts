import type { Completions, Word } from './list-completions.ts';

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
      ${paths.map((path) => quoted(path)).join('|')}) route="$word" ;;
    esac
    [[ "\${words[at]}" == --organization ]] && ((at++))
  done
  case "$route \${words[CURRENT-1]}" in
${all.flatMap(valueCases).join('\n')}
  esac
  case "$route" in
${all.map(wordCase).join('\n')}
  esac
  _describe 'tollkeeper' entries
}
if [[ "$funcstack[1]" == _tollkeeper ]]; then _tollkeeper "$@"; else compdef _tollkeeper tollkeeper; fi
`;
}

function valueCases({ path, options }: Completions): string[] {
  return options.flatMap(({ text, value }) => {
    if (value === 'none') return [];
    return [`    ${quoted(`${path} ${text}`)}) ${replyWith(value)}; return ;;`];
  });
}

function replyWith(value: readonly string[] | 'file' | 'folder' | 'other'): string {
  if (value === 'other') return "_message 'value'";
  if (value === 'file') return '_files';
  return value === 'folder' ? '_files -/' : `compadd -- ${value.map(quoted).join(' ')}`;
}

/** Options are offered only once a hyphen was typed, as long as there are other words. */
function wordCase({ path, words, options }: Completions): string {
  const flags = `entries=(${options.map(entry).join(' ')})`;
  if (words.length === 0) return `    ${quoted(path)}) ${flags} ;;`;
  const names = `entries=(${words.map(entry).join(' ')})`;
  return `    ${quoted(path)}) if [[ "$words[CURRENT]" == -* ]]; then ${flags}; else ${names}; fi ;;`;
}

function entry({ text, help }: Word): string {
  return quoted(help === '' ? text : `${text}:${help.replaceAll(':', '\\:')}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
