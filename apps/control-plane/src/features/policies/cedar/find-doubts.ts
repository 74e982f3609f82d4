import { ipv4RangeOf } from '@tollkeeper/verify/policies';
import type { Statement } from './compile-statements.ts';
import type { CedarFinding } from './message.ts';

/** What Cedar accepts and gateways evaluate, but hardly as its author means it: warnings. */
export function findDoubts(text: string, statements: readonly Statement[]): CedarFinding[] {
  return statements.flatMap((statement) => {
    const doubts: CedarFinding[] = [];
    JSON.parse(statement.json, (name, value: unknown) => {
      const doubt = name === 'ip' ? addressDoubt(value) : headerDoubt(name, value);
      if (doubt) doubts.push(findingOf(text, statement, doubt));
      return value;
    });
    return doubts;
  });
}

interface Doubt {
  readonly message: string;
  /** The literal that it is about. */
  readonly literal: string;
}

/** @param operands of `ip()` */
function addressDoubt(operands: unknown): Doubt | undefined {
  const [first] = Array.isArray(operands) ? operands : [];
  const literal: unknown = first?.Value;
  const range = typeof literal === 'string' ? ipv4RangeOf(literal) : undefined;
  if (typeof literal !== 'string' || range === undefined) return undefined;
  const message = `No call comes from ${literal}: IPv4 addresses are compared as IPv4, also where they were written as IPv6. Write ip("${range}").`;
  return { message, literal };
}

/** As an attribute, and as a name that `has` asks for. */
function headerDoubt(name: string, value: unknown): Doubt | undefined {
  if (name !== 'attr' || typeof value !== 'string' || !value.startsWith('mcp-param-')) {
    return undefined;
  }
  const message = `Gateways do not compare the header "${value}" with the arguments in the body: a client can send any.`;
  return { message, literal: value };
}

/** Its place in bytes of UTF-8, as that of what Cedar finds. */
function findingOf(
  text: string,
  { start, end }: Statement,
  { message, literal }: Doubt,
): CedarFinding {
  const at = text.slice(start, end).indexOf(literal);
  const [from, to] = at < 0 ? [start, end] : [start + at, start + at + literal.length];
  const byte = (until: number) => Buffer.byteLength(text.slice(0, until));
  return { message, help: null, places: [{ label: null, start: byte(from), end: byte(to) }] };
}
