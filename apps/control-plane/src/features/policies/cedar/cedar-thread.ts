import { type MessagePort, parentPort } from 'node:worker_threads';
import {
  type DetailedError,
  policySetTextToParts,
  policyToJson,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import { policySchema } from '@tollkeeper/verify/policies';
import { compileStatements, type Statement } from './compile-statements.ts';
import { findDoubts } from './find-doubts.ts';
import type { Answer, CedarFinding, Checked, Question, Refusal } from './message.ts';
import { splitStatements } from './split-statements.ts';

/** The thread that runs Cedar. It loads nothing of the server, and knows only what it is asked. */
if (parentPort) serve(parentPort);

function serve(port: MessagePort): void {
  port.on('message', (question: Question) => {
    port.postMessage(answer(question));
  });
}

function answer({ text }: Question): Answer {
  try {
    return check(text);
  } catch (error) {
    if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) {
      return { kind: 'exhausted' };
    }
    throw error;
  }
}

const NOTHING: Checked = {
  kind: 'checked',
  statements: [],
  errors: [],
  warnings: [],
  refusal: undefined,
};

function check(text: string): Checked {
  const refuse = (refusal: Refusal): Checked => ({ ...NOTHING, refusal });
  const whole = { start: 0, end: text.length };
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') return { ...NOTHING, errors: parts.errors.map(toFinding) };
  if (parts.policy_templates.length > 0) {
    const message = 'Templates with ?principal or ?resource are not supported.';
    return refuse({ message, ...whole });
  }
  const statements = readStatements(text);
  if (statements.length === 0)
    return refuse({ message: 'Write at least one statement.', ...whole });
  const headers = compileStatements(text, statements);
  if ('message' in headers) return refuse(headers);
  const { errors, warnings } = findFaults(text, policySchema(headers));
  const found = { errors, warnings: [...warnings, ...findDoubts(text, statements)] };
  return { ...NOTHING, ...found, statements: statements.map(({ json }) => json) };
}

function readStatements(text: string): Statement[] {
  return splitStatements(text).map(({ start, end }) => {
    const read = policyToJson(text.slice(start, end));
    if (read.type === 'failure')
      throw new Error('Cedar refused a statement of a text that it had parsed');
    return { start, end, json: JSON.stringify(read.json) };
  });
}

function findFaults(text: string, schema: string): Pick<Checked, 'errors' | 'warnings'> {
  const policies = { staticPolicies: text };
  const result = validate({ schema, policies, validationSettings: { mode: 'strict' } });
  if (result.type === 'failure') return { errors: result.errors.map(toFinding), warnings: [] };
  return {
    errors: result.validationErrors.map(({ error }) => toFinding(error)),
    warnings: result.validationWarnings.map(({ error }) => toFinding(error)),
  };
}

function toFinding({ message, help, sourceLocations }: DetailedError): CedarFinding {
  const places = (sourceLocations ?? []).map(({ label, start, end }) => ({ label, start, end }));
  return { message, help, places };
}
