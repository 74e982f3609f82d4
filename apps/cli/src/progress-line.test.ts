import { expect, test } from 'vitest';
import { createProgressLine } from './progress-line.ts';
import { createCliContext } from './testing/run-command.ts';

function watchLine(terminal?: { readonly columns: number }) {
  const { ctx, stderr } = createCliContext('/nowhere', terminal ? { terminal } : {});
  let nowMs = 1000;
  const line = createProgressLine(ctx.stderr, () => nowMs);
  const show = (text: string, afterMs: number) => {
    nowMs += afterMs;
    line.show(() => text);
  };
  return { show, end: () => line.end(), stderr };
}

test('is written anew twice a second, as wide as the terminal at most, and cleared', () => {
  const { show, end, stderr } = watchLine({ columns: 6 });
  show('early', 499);
  show('1234567', 1);
  show('soon', 499);
  show('ab', 1);
  end();
  end();
  expect(stderr()).toBe('\r12345\rab   \r  \r');
});

test('is written to a terminal alone', () => {
  const { show, end, stderr } = watchLine();
  show('text', 10_000);
  end();
  expect(stderr()).toBe('');
});
