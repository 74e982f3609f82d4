import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { gatewayFile } from './gateway-file.ts';

type Schema = z.core.JSONSchema.JSONSchema;
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

const documentation = (name: string) =>
  readFile(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');

/** Every setting with its default, by its path: `[]` is any element of a list. */
function settingsOf(schema: Schema, path = ''): [string, unknown][] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, each]) =>
      isSchema(each) ? settingsOf(each, path === '' ? name : `${path}.${name}`) : [],
    );
  }
  const { items } = schema;
  if (isSchema(items) && !Array.isArray(items) && items.properties) {
    return settingsOf(items, `${path}[]`);
  }
  return [[path, schema.default]];
}

const settings = settingsOf(z.toJSONSchema(gatewayFile({}), { io: 'input' }));

/** The default of each setting, as the table states it. */
async function rowsOfTable(): Promise<Map<string, string>> {
  const text = await documentation('gateway.md');
  const section = text.slice(text.indexOf('\n## gateway.yaml\n')).split('\n## ')[1] ?? '';
  const rows = section.matchAll(/^\| `([^`]+)` +\| (.*?) +\| /gm);
  return new Map([...rows].map(([, name = '', value = '']) => [name, value]));
}

it('docs/gateway.md has one row for each setting of gateway.yaml, and no other', async () => {
  const rows = await rowsOfTable();
  expect([...rows.keys()].toSorted()).toEqual(settings.map(([path]) => path).toSorted());
});

it('docs/gateway.md states the defaults of the schema', async () => {
  const rows = await rowsOfTable();
  for (const [path, value] of settings) {
    if (value === undefined || value === null) continue;
    expect([path, rows.get(path)]).toEqual([path, written(value)]);
  }
});

function written(value: unknown): string {
  if (value === 1024 ** 3) return '1 GiB';
  if (typeof value === 'number') return value.toLocaleString('en-US');
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'object' ? 'none' : String(value);
}

it('the example gateway.yaml contains every setting, in a list at least once', async () => {
  const file: unknown = parse(await documentation('examples/gateway/gateway.yaml'));
  const missing = settings.filter(([path]) => valuesAt(file, path.split('.')).length === 0);
  expect(missing).toEqual([]);
});

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  const inner: unknown = Reflect.get(value, name.replace('[]', ''));
  const each: unknown[] = name.endsWith('[]') && Array.isArray(inner) ? inner : [inner];
  return each.flatMap((one) => valuesAt(one, rest));
}

it('every link inside docs/gateway.md leads to a heading', async () => {
  const text = await documentation('gateway.md');
  const headings = [...text.matchAll(/^##+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((anchor) => !headings.includes(anchor ?? ''))).toEqual([]);
});
