import { type MessagePort, parentPort } from 'node:worker_threads';
import {
  type DetailedError,
  policySetTextToParts,
  policyToJson,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { Answer, CedarFinding, Parsed, Question, Statement, Validated } from './message.ts';
import { splitStatements } from './split-statements.ts';

/** The thread that runs Cedar. It loads nothing of the server, and knows only what it is asked. */
if (parentPort) serve(parentPort);

function serve(port: MessagePort): void {
  port.on('message', (question: Question) => {
    port.postMessage(answer(question));
  });
}

function answer(question: Question): Answer {
  try {
    return question.kind === 'parse' ? parse(question.text) : check(question);
  } catch (error) {
    if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) {
      return { kind: 'exhausted' };
    }
    throw error;
  }
}

function parse(text: string): Parsed {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') return refused(parts.errors);
  const statements: Statement[] = [];
  if (parts.policy_templates.length > 0) {
    return { kind: 'parsed', errors: [], statements, hasTemplates: true };
  }
  for (const { start, end } of splitStatements(text)) {
    const read = policyToJson(text.slice(start, end));
    if (read.type === 'failure')
      throw new Error('Cedar refused a statement of a text that it had parsed');
    statements.push({ start, end, json: JSON.stringify(read.json) });
  }
  return { kind: 'parsed', errors: [], statements, hasTemplates: false };
}

function refused(errors: readonly DetailedError[]): Parsed {
  return { kind: 'parsed', errors: errors.map(toFinding), statements: [], hasTemplates: false };
}

function check({ text, schema }: { readonly text: string; readonly schema: string }): Validated {
  const policies = { staticPolicies: text };
  const result = validate({ schema, policies, validationSettings: { mode: 'strict' } });
  if (result.type === 'failure') {
    return { kind: 'validated', errors: result.errors.map(toFinding), warnings: [] };
  }
  return {
    kind: 'validated',
    errors: result.validationErrors.map(({ error }) => toFinding(error)),
    warnings: result.validationWarnings.map(({ error }) => toFinding(error)),
  };
}

function toFinding({ message, help, sourceLocations }: DetailedError): CedarFinding {
  const places = (sourceLocations ?? []).map(({ label, start, end }) => ({ label, start, end }));
  return { message, help, places };
}
