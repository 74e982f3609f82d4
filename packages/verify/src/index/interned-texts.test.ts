import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  acquireText,
  createInternedTexts,
  findText,
  releaseText,
  textOf,
} from './interned-texts.ts';

const texts = fc.constantFrom('', 'a', 'b', 'c', '__proto__', 'constructor');
const steps = fc.array(fc.record({ acquire: fc.boolean(), text: texts }), { maxLength: 60 });

it('numbers texts uniquely while they are in use, and no higher than were in use at once', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const interned = createInternedTexts();
      const uses = new Map<string, number>();
      let most = 0;
      for (const { acquire, text } of list) {
        const before = uses.get(text) ?? 0;
        if (acquire) acquireText(interned, text);
        else expect(releaseText(interned, findText(interned, text))).toBe(before === 1);
        uses.set(text, Math.max(0, acquire ? before + 1 : before - 1));
        const used = [...uses].filter(([, count]) => count > 0).map(([name]) => name);
        most = Math.max(most, used.length);
        const ids = used.map((name) => findText(interned, name));
        expect(new Set(ids).size).toBe(used.length);
        expect(ids.map((id) => textOf(interned, id))).toEqual(used);
        for (const id of ids) expect(id >= 1 && id <= most).toBe(true);
      }
      for (const [name, count] of uses) if (count === 0) expect(findText(interned, name)).toBe(0);
    }),
  );
});
