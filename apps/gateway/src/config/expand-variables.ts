export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Puts the values of the environment in place of each `${NAME}`; one that is empty is unset. */
export function expandVariables(
  text: string,
  env: Environment,
): { readonly value: string; readonly unset: readonly string[] } {
  const unset: string[] = [];
  const value = text.replace(VARIABLE, (_, name: string) => {
    const found = env[name];
    if (!found) unset.push(name);
    return found ?? '';
  });
  return { value, unset };
}
