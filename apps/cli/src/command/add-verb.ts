import * as commander from 'commander';
import type { CliContext } from '../cli-context.ts';
import type { ExitCode } from '../failure.ts';
import type { Option } from './option.ts';
import type { Argument, Noun, Verb } from './verb.ts';

/** One run of the command line. */
export interface Run {
  /** Replaced once, before the command: by the options that stand before every command. */
  ctx: CliContext;
  exitCode: ExitCode;
  /** The command that was chosen, once it is. */
  command?: commander.Command;
}

/** Adds the verbs of a noun below its command. */
export function addNoun(command: commander.Command, { notes, verbs }: Noun, run: Run): void {
  if (notes) command.addHelpText('after', `\n${notes}`);
  for (const verb of verbs) addVerb(command.command(verb.name), verb, run);
}

/** Gives a command the arguments, options, help and action of a verb. */
export function addVerb(command: commander.Command, verb: Verb, run: Run): void {
  command.description(verb.summary);
  if (verb.alias) command.alias(verb.alias);
  for (const argument of verb.args) command.addArgument(toArgument(argument));
  for (const [key, option] of Object.entries(verb.options)) {
    command.addOption(toOption(key, option, run.ctx));
  }
  const json = jsonHelp(verb);
  if (json) command.option('--json', json);
  if (verb.notes) command.addHelpText('after', `\n${verb.notes}`);
  if (verb.examples) command.addHelpText('after', exampleText(verb.examples));
  command.action(async () => {
    // The option of the same name that stands before every command gets the value, wherever it is.
    const values: Record<string, unknown> = command.optsWithGlobals();
    run.exitCode = await verb.execute({
      ctx: run.ctx,
      args: command.processedArgs,
      options: Object.fromEntries(
        Object.entries(verb.options).map(([key, option]) => [key, readOption(key, option, values)]),
      ),
      json: values.json === true,
    });
  });
}

export function exampleText(examples: readonly string[]): string {
  return ['\nExamples:', ...examples.map((line) => `  $ tollkeeper ${line}`)].join('\n');
}

function toArgument({ name, help, count, choices }: Argument<unknown>): commander.Argument {
  const many = `${name}...`;
  const forms = { one: `<${name}>`, optional: `[${name}]`, several: `<${many}>`, any: `[${many}]` };
  const argument = new commander.Argument(forms[count], help);
  return choices ? argument.choices(choices) : argument;
}

function toOption(key: string, option: Option<unknown>, ctx: CliContext): commander.Option {
  const { value, help, short, choices, several, defaultValue, conflicts, parse } = option;
  const placeholder = value && ` <${value}${several === 'listed' ? '...' : ''}>`;
  const letter = short ? `-${short}, ` : '';
  const made = new commander.Option(`${letter}--${kebabCase(key)}${placeholder ?? ''}`, help);
  if (choices) made.choices(choices);
  if (defaultValue !== undefined) made.default(defaultValue);
  if (conflicts) made.conflicts([...conflicts]);
  // Boxed, since commander turns null into ''.
  if (parse) made.argParser((text: string) => ({ parsed: parse(text, ctx) }));
  if (several === 'repeated') {
    made.argParser((text: string, earlier: string[] = []) => [...earlier, text]);
  }
  return made.makeOptionMandatory(option.required === true);
}

function readOption(
  key: string,
  option: Option<unknown>,
  values: Readonly<Record<string, unknown>>,
): unknown {
  // Commander reads `--no-browser` as the absence of a browser.
  if (/^no[A-Z]/.test(key)) return values[lowerFirst(key.slice(2))] === false ? true : undefined;
  const value = values[key];
  if (option.parse && typeof value === 'object' && value !== null)
    return Reflect.get(value, 'parsed');
  return option.commas && Array.isArray(value) ? splitList(value) : value;
}

/** Values given one by one, with commas, or both. */
function splitList(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

function jsonHelp({ json = 'answer' }: Verb): string | undefined {
  if (json === 'answer') return "Print the API's JSON, for scripts";
  if (json === 'nothing') return 'Print nothing, since the API answers without JSON';
  return json === 'none' ? undefined : json.help;
}

export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
