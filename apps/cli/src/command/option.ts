import type { CliContext } from '../cli-context.ts';

/** An option of a verb. Its name on the command line is its key in kebab-case. */
export interface Option<T> {
  /** What the help calls its value, such as `workspace`; absent where it takes none. */
  readonly value?: string;
  readonly help: string;
  /** Its letter, such as `f` for `-f`, beside its name. */
  readonly short?: string;
  readonly choices?: readonly string[];
  /** Reads the text. Throws InvalidArgumentError. */
  readonly parse?: (text: string, ctx: CliContext) => unknown;
  readonly defaultValue?: unknown;
  readonly required?: true;
  /** How several values are given: after one another, or each with the option's name. */
  readonly several?: 'listed' | 'repeated';
  /** Whether commas separate values too. */
  readonly commas?: true;
  /** Keys of options that it cannot stand beside. */
  readonly conflicts?: readonly string[];
  /** Never set: it carries the type of the value. */
  readonly type?: T;
}

export type OptionValues<O> = {
  [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

type More = Pick<Option<unknown>, 'conflicts'>;

export function flag(help: string, more: More = {}): Option<true | undefined> {
  return { help, ...more };
}

export function text(value: string, help: string): Option<string | undefined> {
  return { value, help };
}

export function choice<const T extends string>(
  value: string,
  choices: readonly T[],
  help: string,
): Option<T | undefined> {
  return { value, choices, help };
}

export function parsed<T>(
  value: string,
  help: string,
  parse: (text: string, ctx: CliContext) => T,
): Option<T | undefined> {
  return { value, help, parse };
}

/** Values that are given after one another, with commas, or both. */
export function list(value: string, help: string, more: More = {}): Option<string[] | undefined> {
  return { value, help, several: 'listed', commas: true, ...more };
}

/** Values that are given after one another and may hold commas. */
export function words(value: string, help: string): Option<string[] | undefined> {
  return { value, help, several: 'listed' };
}

/** An option that may be given several times. */
export function repeated(value: string, help: string): Option<string[] | undefined> {
  return { value, help, several: 'repeated' };
}

export function required<T>(option: Option<T>): Option<Exclude<T, undefined>> {
  const { type: _, ...rest } = option;
  return { ...rest, required: true };
}

export function withDefault<T>(
  option: Option<T>,
  defaultValue: Exclude<T, undefined>,
): Option<Exclude<T, undefined>> {
  const { type: _, ...rest } = option;
  return { ...rest, defaultValue };
}

/** `--yes`, of commands that ask before they act. */
export const YES = flag('Do not ask for confirmation');

/** The option that stands for the argument `name` of a command that creates something. */
export const NAME = text('name', 'Name, in place of the argument');

/** The values that were given, without those that are undefined: the API refuses to read these. */
export function given<T extends object>(values: T): Given<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<T>;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
