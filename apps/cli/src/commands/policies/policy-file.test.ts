import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPolicyFile, PolicyFileError, parsePolicyFile } from './policy-file.ts';

const TEXT = 'permit (principal, action, resource);';
const POLICY = {
  ...{ name: 'Office', description: '', text: TEXT },
  ...{ status: 'enabled' as const, mode: 'enforce' as const },
};

test('what is a default is not written', () => {
  expect(formatPolicyFile(POLICY)).toBe(`// name: Office\n\n${TEXT}`);
});

test('every text comes back as it was', () => {
  const piece = fc.constantFrom('\n', '\r\n', '// name: x', '// mode: shadow', ' ', 'ä', TEXT);
  const texts = fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join(''));
  const names = fc.constantFrom('a', ' a ', '// name: b', 'name: c', 'a: b', '😀');
  fc.assert(
    fc.property(texts, names, fc.boolean(), (text, name, isUsual) => {
      const policy = {
        ...{ name, text, description: isUsual ? '' : ' d: e ' },
        status: isUsual ? ('enabled' as const) : ('disabled' as const),
        mode: isUsual ? ('enforce' as const) : ('shadow' as const),
      };
      expect(parsePolicyFile(formatPolicyFile(policy))).toMatchObject(policy);
    }),
  );
});

test.each([
  ['a name is missing', TEXT, 1],
  ['a name is empty', `// name: \n\n${TEXT}`, 1],
  ['a line is named twice', `// name: A\n// name: B\n\n${TEXT}`, 2],
  ['a value is unknown', `// name: A\n// mode: shade\n\n${TEXT}`, 2],
  ['no empty line follows', `// name: A\n${TEXT}`, 2],
  ['the text is missing', '// name: A\n', 3],
  ['the text is too long', `// name: A\n\n${TEXT}${' '.repeat(20_000)}`, 3],
  ['the name hides text', `// name: A\u202e\n\n${TEXT}`, 1],
  ['the description is too long', `// name: A\n// description: ${'x'.repeat(201)}\n\n${TEXT}`, 2],
])('a file is refused where %s', (_, content, line) => {
  expect(() => parsePolicyFile(content)).toThrow(expect.objectContaining({ line }));
});

test.each(['a\nforbid (principal, action, resource);', 'a\u202e', '', 'x'.repeat(65)])(
  'the name %j of a hostile server gets into no file',
  (name) => {
    expect(() => formatPolicyFile({ ...POLICY, name })).toThrow(PolicyFileError);
  },
);
