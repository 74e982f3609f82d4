import { describe, expect, it } from 'vitest';
import { checkText } from './check-text.ts';

const when = (condition: string) => `permit (principal, action, resource) when { ${condition} };`;

async function errorsOf(text: string) {
  return (await checkText(text)).errors;
}

describe('a text that can be saved', () => {
  it('has a JSON form for each statement, in the order of the text', async () => {
    const paths = Array.from({ length: 13 }, (_, i) => `/${i};`);
    const text = paths
      .map((path) => `// "ä😀; not the end\n@id("${path}")\n${when(`context.path == "${path}"`)}`)
      .join('\n\n');
    const { statements, errors, warnings } = await checkText(text);
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
    expect(statements.map((each) => (each as Statement).annotations.id)).toEqual(paths);
  });

  it('may ask for headers, in lower case', async () => {
    const condition = 'context.headers has "x-team" && context.headers["x-team"] == "a"';
    expect(await errorsOf(when(condition))).toEqual([]);
  });

  it('comes with the warnings of Cedar', async () => {
    const { errors, warnings } = await checkText(when('false'));
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      {
        message:
          'Policy is impossible: the policy expression evaluates to false for all valid requests',
        ...{ line: 1, column: 1, endLine: 1, endColumn: 53 },
      },
    ]);
  });
});

describe('a warning', () => {
  it('names the IPv4 range for an IPv6 one that no call comes from', async () => {
    const text = `// ä\n${when('context.ip.isInRange(ip("::ffff:a00:0/104"))')}`;
    const { errors, warnings } = await checkText(text);
    expect(errors).toEqual([]);
    expect(warnings).toMatchObject([{ line: 2, column: 70, endColumn: 86 }]);
    expect(warnings[0]?.message).toContain('Write ip("10.0.0.0/8").');
    const other = when('context.ip.isInRange(ip("::/0")) || context.ip.isInRange(ip("1.2.3.4"))');
    expect((await checkText(other)).warnings).toEqual([]);
  });

  it('says that a header which repeats an argument of a tool is not compared with it', async () => {
    const condition = (name: string) =>
      `context.headers has "${name}" && context.headers["${name}"] == "eu"`;
    const { warnings } = await checkText(when(condition('mcp-param-region')));
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('do not compare the header "mcp-param-region"'),
    ]);
    expect((await checkText(when(condition('x-region')))).warnings).toEqual([]);
  });
});

describe('a limit', () => {
  it('is read by its annotations', async () => {
    const text =
      '@limit("10/second, 100/minute")\n@per("owner")\npermit (principal, action, resource);';
    expect(await errorsOf(text)).toEqual([]);
  });

  it.each([
    ['@limit("10/second, 5/fortnight")', 'permit', 'The unit', [20, 31]],
    ['@limit("0/second")', 'permit', 'from 1 to', [9, 17]],
    ['@limit("ten per second")', 'permit', 'Write a limit', [9, 23]],
    ['@limit', 'permit', 'Write a limit', [1, 7]],
    ['@limit("1/day,2/day")', 'permit', 'one limit for each unit', [15, 20]],
    ['@limit("1\\u{2f}secnd")', 'permit', 'The unit', [1, 23]],
    ['@limit("1/day") @per("team")', 'permit', '"@per" must be', [23, 27]],
    ['@note("@per(") @per("key")', 'permit', 'together with "@limit"', [16, 27]],
    ['@per("ip") @limit("1/day")', 'forbid', 'Only a permit', [12, 27]],
  ])('with a fault is found where that stands: %s', async (annotations, effect, part, columns) => {
    const text = `${annotations}\n${effect} (principal, action, resource);`;
    const found = await errorsOf(`${when('true')} // one\n${text}`);
    expect(found).toMatchObject([
      { line: 2, column: columns[0], endLine: 2, endColumn: columns[1] },
    ]);
    expect(found[0]?.message).toContain(part);
  });
});

describe('an error', () => {
  it('of the grammar is at the end of what is missing', async () => {
    expect(await errorsOf('permit (principal, action, resource)')).toEqual([
      {
        message: 'Unexpected end of input: expected `;` or identifier',
        ...{ line: 1, column: 37, endLine: 1, endColumn: 37 },
      },
    ]);
  });

  it('stands at its line and column, whatever characters are before it', async () => {
    const lines = ['// Größe: 😀\r', when('"ä😀" == contxt')];
    const [error] = await errorsOf(lines.join('\n'));
    const column = (lines[1]?.indexOf('contxt') ?? 0) + 1;
    expect(error).toMatchObject({ line: 2, column, endLine: 2, endColumn: column + 6 });
    expect(error?.message).toContain('Invalid variable: contxt');
  });

  it('of the schema is named once for all methods, in the order of the text', async () => {
    const lines = [when('"ä😀" == "" || context.modl == ""'), when('context.ip == 3')];
    const found = await errorsOf(lines.join('\n'));
    expect(found.map(({ message, line, column }) => [line, column, message])).toEqual([
      [
        1,
        (lines[0]?.indexOf('context.modl') ?? 0) + 1,
        'Attribute `modl` in context not found. Did you mean `model`?',
      ],
      [
        2,
        (lines[1]?.indexOf('context.ip') ?? 0) + 1,
        expect.stringContaining('The types Long and ipaddr are not compatible'),
      ],
    ]);
  });

  it.each([
    ['a template', 'permit (principal == ?principal, action, resource);', 'Templates'],
    ['a text without statements', '// nothing yet', 'at least one statement'],
    ['a header in upper case', when('context.headers has "X-Team"'), '"x-team"'],
    ['a header with a secret', when('context.headers has "Cookie"'), 'holds credentials'],
    ['a NUL', when('context.path == "\\0"'), 'NUL'],
    ['a number that is not exact', when('9007199254740993 == 1'), 'Not supported: '],
    ['a function of a later Cedar', when('principal.name.isEmpty2()'), 'isEmpty2'],
  ])('is reported for %s', async (_, text, part) => {
    const found = await errorsOf(text);
    expect(found.map(({ message }) => message)).toEqual([expect.stringContaining(part)]);
  });

  it('is not reported for two characters that only look like an escaped NUL', async () => {
    expect(await errorsOf(when('context.path == "\\\\u0000"'))).toEqual([]);
  });
});

describe('a text that exhausts Cedar', () => {
  const deep = (open: string, close: string, count: number) =>
    when(`${open.repeat(count)}true${close.repeat(count)}`);

  it.each([
    ['brackets', deep('(', ')', 9000)],
    ['sums', when(`${'1+'.repeat(9900)}1 == 1`)],
    ['attributes', when(`context${'.a'.repeat(9900)}`)],
    ['a chain', when(`${'context.a||'.repeat(1700)}true`)],
    ['sets', when(`${'['.repeat(2000)}${']'.repeat(2000)} == []`)],
  ])('by %s is refused, and the next one is checked', async (_, text) => {
    expect((await errorsOf(text))[0]?.message).toContain('nested too deeply');
    expect(await errorsOf(when('context.path == "/"'))).toEqual([]);
  });

  it('leaves others unharmed that are checked at the same time', async () => {
    const texts = [when('true'), deep('(', ')', 9000), when('true'), when('context.a')];
    const counts = (await Promise.all(texts.map(errorsOf))).map((errors) => errors.length);
    expect(counts).toEqual([0, 1, 0, 1]);
  });
});

interface Statement {
  readonly annotations: { readonly id: string };
}
