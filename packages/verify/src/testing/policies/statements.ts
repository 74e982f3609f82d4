import { policySetTextToParts, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';

/** For tests: the statements of a text of policies in Cedar's JSON form, in the order of the text. */
export function statementsOf(text: string): unknown[] {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw new Error(parts.errors.map((e) => e.message).join('; '));
  return parts.policies.map((each) => {
    const converted = policyToJson(each);
    if (converted.type === 'failure') throw new Error(`Cedar refuses ${each}`);
    return converted.json;
  });
}
