/** A value of a request, as Stripe reads it from a form: `items[0][price]=…`. */
export type FormValue = string | FormValue[] | { [name: string]: FormValue };
export type Form = Readonly<Record<string, FormValue>>;

type Tree = Map<string, Tree | string>;

export function parseForm(text: string): Form {
  const root: Tree = new Map();
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter(Boolean);
    const last = path.pop() ?? '';
    let at = root;
    for (const part of path) {
      let next = at.get(part);
      if (!(next instanceof Map)) {
        next = new Map();
        at.set(part, next);
      }
      at = next;
    }
    at.set(last, value);
  }
  return Object.fromEntries([...root].map(([name, value]) => [name, formValue(value)]));
}

function formValue(tree: Tree | string): FormValue {
  if (typeof tree === 'string') return tree;
  const entries = [...tree];
  const isList = entries.every(([name]) => /^\d+$/.test(name));
  if (isList) return entries.map(([, value]) => formValue(value));
  return Object.fromEntries(entries.map(([name, value]) => [name, formValue(value)]));
}

export function textOf(form: Form, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' ? value : undefined;
}

export function listOf(form: Form, name: string): FormValue[] {
  const value = form[name];
  return Array.isArray(value) ? value : [];
}
