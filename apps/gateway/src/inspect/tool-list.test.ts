import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventFilter } from './event-filter.ts';
import { filterTools } from './tool-list.ts';

const BYTES_MAX = 10_000;
const mayCall = (tool: string) => tool === 'search';
const answer = (...names: string[]) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: names.map((name) => ({ name })) } });
const filtered = (stream: string, sizes: readonly number[] = [BYTES_MAX]) => {
  const filter = new EventFilter(mayCall, BYTES_MAX);
  const bytes = Buffer.from(stream);
  const sent: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    sent.push(...(filter.add(bytes.subarray(at, at + size)) ?? []));
    at += size;
  }
  return Buffer.concat([...sent, filter.rest()]).toString();
};

it('takes the tools out of a list that its reader may not call', () => {
  expect(filterTools(answer('search', 'delete'), mayCall)).toBe(answer('search'));
  expect(filterTools(answer('delete'), mayCall)).toBe(answer());
  expect(filterTools(`[${answer('delete')}]`, mayCall)).toBe(`[${answer()}]`);
  expect(filterTools('{"result":{"tools":[{"title":"x"}]}}', mayCall)).toBe(
    '{"result":{"tools":[]}}',
  );
});

it('keeps the numbers of what is left as they were written', () => {
  const limits = '"limits":[9007199254740993,-0,1.0,1e400,0.10]';
  const list = (...tools: string[]) => `{"id":12345678901234567890,"result":{"tools":[${tools}]}}`;
  const kept = `{"name":"search",${limits}}`;
  expect(filterTools(list(kept, '{"name":"delete","n":1}'), mayCall)).toBe(list(kept));
  expect(filterTools(list('{"name":1}'), mayCall)).toBe(list());
});

it('passes on no list that is too deep to be filtered', () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  const list = `{"result":{"tools":[{"name":"delete","x":${deep}},{"name":"search","x":${deep}}]}}`;
  expect(() => filterTools(list, mayCall)).toThrow(RangeError);
  const filter = new EventFilter(mayCall, 200_000);
  const [sent] = filter.add(Buffer.from(`id: 1\ndata: ${list}\n\n`)) ?? [];
  expect(sent?.toString()).toBe('id: 1\ndata: \n\n');
});

it('keeps a list from shared caches', () => {
  const list = '{"result":{"tools":[],"cacheScope":"public"}}';
  expect(filterTools(list, mayCall)).toBe('{"result":{"tools":[],"cacheScope":"private"}}');
});

it.each([
  answer('search'),
  '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}',
  '{"result":{"tools":"none"}}',
  '{"error":{"code":1}}',
  'null',
])('leaves %s as it is', (text) => {
  expect(filterTools(text, mayCall)).toBeUndefined();
});

it('reads what readers read that skip a mark at the beginning', () => {
  expect(filterTools(`\ufeff${answer('delete')}`, mayCall)).toBe(answer());
  expect(filtered(`\ufeffdata: ${answer('delete')}\n\n`)).toBe(`data: ${answer()}\n\n`);
  expect(() => filterTools('no JSON', mayCall)).toThrow(SyntaxError);
  expect(filtered('data: no JSON\n\n')).toBe('data: no JSON\n\n');
});

it('filters each event of a stream, wherever its bytes are cut', () => {
  const end = fc.constantFrom('\n', '\r\n', '\r');
  const event = fc.tuple(fc.constantFrom(': alive', 'event: message', 'id: 7'), end, fc.boolean());
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (events, sizes) => {
        const stream = (...names: string[]) =>
          events.map(([field, lineEnd, hasList]) => {
            const data = hasList ? [`data: ${answer('search', ...names)}`] : ['data: {"id":1}'];
            return [field, ...data, '', ''].join(lineEnd);
          });
        const read = (text: string) => text.split(/\r\n|\r|\n/).filter((line) => line !== '');
        const whole = stream('delete').join('');
        expect(read(filtered(whole, sizes))).toEqual(read(stream().join('')));
        expect(filtered(stream().join(''), sizes)).toBe(stream().join(''));
      },
    ),
  );
});

it('joins the lines of one message', () => {
  const lines = `data:{"result":{"tools":[\ndata: {"name":"delete"}]}}\n\n`;
  expect(filtered(lines)).toBe('data: {"result":{"tools":[]}}\n\n');
});

it('takes no event that is too large', () => {
  const filter = new EventFilter(mayCall, 10);
  expect(filter.add(Buffer.from('data: 1234'))).toEqual([]);
  expect(filter.add(Buffer.from('5'))).toBeUndefined();
});
