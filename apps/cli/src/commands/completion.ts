import { type CommandEntry, choiceArgument, type Verb, verb } from '../command/verb.ts';
import { listCompletions } from '../completion/list-completions.ts';
import { bashCompletion, fishCompletion, zshCompletion } from '../completion/shell-scripts.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** @param commands what to complete: all of the command line */
export function completion(commands: readonly CommandEntry[]): Verb {
  return verb({
    name: 'completion',
    summary: 'Print a script that completes commands in bash, zsh or fish',
    notes: `Add one of these lines to the file that your shell reads at its start:
  ~/.bashrc                   source <(tollkeeper completion bash)
  ~/.zshrc                    source <(tollkeeper completion zsh)
  ~/.config/fish/config.fish  tollkeeper completion fish | source`,
    args: [choiceArgument('shell', 'Shell that reads the script', ['bash', 'zsh', 'fish'])],
    json: 'none',
    run: async ({ args: [shell] }) => SCRIPTS[shell](await listCompletions(commands)),
    print: (ctx, script) => void ctx.stdout.write(script),
  });
}
