/**
 * What a command is made of. Each file of `commands/` declares its verbs as such values, from which
 * the runner derives parsing, help, output and shell completion.
 */
import type { CliContext } from '../cli-context.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { printJson } from '../output.ts';
import type { Option, OptionValues } from './option.ts';

export interface Argument<T> {
  readonly name: string;
  readonly help: string;
  readonly count: 'one' | 'optional' | 'several' | 'any';
  readonly choices?: readonly string[];
  /** Never set: it carries the type of the value. */
  readonly type?: T;
}

export function argument(name: string, help: string): Argument<string> {
  return { name, help, count: 'one' };
}

export function optionalArgument(name: string, help: string): Argument<string | undefined> {
  return { name, help, count: 'optional' };
}

export function argumentList(name: string, help: string): Argument<string[]> {
  return { name, help, count: 'several' };
}

/** Several, or none. */
export function optionalArgumentList(name: string, help: string): Argument<string[]> {
  return { name, help, count: 'any' };
}

export function choiceArgument<const T extends string>(
  name: string,
  help: string,
  choices: readonly T[],
): Argument<T> {
  return { name, help, count: 'one', choices };
}

type ArgumentValues<A extends readonly Argument<unknown>[]> = {
  -readonly [I in keyof A]: A[I] extends Argument<infer T> ? T : never;
};

/** One use of a verb. */
export interface Call<Args, Options> {
  readonly ctx: CliContext;
  readonly args: Args;
  readonly options: Options;
  /** Whether a script reads the answer. */
  readonly json: boolean;
}

interface Description {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  /** What the help says below the options. */
  readonly notes?: string;
  /** Command lines without the program's name. */
  readonly examples?: readonly string[];
  /** What --json does; `nothing` where the API answers without JSON, `none` where there is no --json. */
  readonly json?: 'answer' | 'nothing' | 'none' | { readonly help: string };
}

interface Declaration<
  A extends readonly Argument<unknown>[],
  O extends Readonly<Record<string, Option<unknown>>>,
  R,
> extends Description {
  readonly args?: A;
  readonly options?: O;
  readonly run: (call: Call<ArgumentValues<A>, OptionValues<O>>) => Promise<R>;
  /** What --json prints, where that is not the result itself. */
  readonly answer?: (result: R) => unknown;
  /** Throws Failure where the result lacks what the command is for. --json still prints it. */
  readonly check?: (result: R) => void;
  /** Prints the result for a person. */
  readonly print?: (
    ctx: CliContext,
    result: R,
    call: Call<ArgumentValues<A>, OptionValues<O>>,
  ) => void;
  /** Where a command that did its work still answers no. */
  readonly exitCode?: (result: R) => ExitCode;
}

/** A verb as the runner knows it. */
export interface Verb extends Description {
  readonly args: readonly Argument<unknown>[];
  readonly options: Readonly<Record<string, Option<unknown>>>;
  readonly execute: (call: Call<unknown, unknown>) => Promise<ExitCode>;
}

/** Several verbs below one word, such as `keys`. */
export interface Noun {
  readonly notes?: string;
  readonly verbs: readonly Verb[];
}

/** A command that is loaded whole only once it is used. */
export interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  readonly load: () => Promise<Noun | Verb>;
}

/** Declares a verb. The types of its arguments and options follow from their declarations. */
export function verb<
  const A extends readonly Argument<unknown>[] = readonly [],
  const O extends Readonly<Record<string, Option<unknown>>> = Record<never, never>,
  R = void,
>(declaration: Declaration<A, O, R>): Verb {
  const { args, options, run, answer, check, print, exitCode, ...description } = declaration;
  return {
    ...description,
    args: args ?? [],
    options: options ?? {},
    execute: async (untyped) => {
      // The runner reads the values by the same declarations.
      const call = untyped as Call<ArgumentValues<A>, OptionValues<O>>;
      const result = await run(call);
      if (call.json && description.json !== 'nothing') {
        printJson(call.ctx, answer ? answer(result) : result);
      }
      check?.(result);
      if (!call.json) print?.(call.ctx, result, call);
      return exitCode?.(result) ?? EXIT.ok;
    },
  };
}
