/** A value of any kind, as OTLP writes it in JSON. */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } }
  | Record<string, never>;

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** JSON as OTLP has it. Null is a value that is not set; an integer is one of 64 bits, and so a text. */
export function anyValue(json: unknown): AnyValue {
  switch (typeof json) {
    case 'string':
      return { stringValue: json };
    case 'boolean':
      return { boolValue: json };
    case 'number':
      return Number.isSafeInteger(json) ? { intValue: String(json) } : { doubleValue: json };
    case 'object':
      if (json === null) return {};
      if (Array.isArray(json)) return { arrayValue: { values: json.map(anyValue) } };
      return { kvlistValue: { values: attributes(json) } };
    default:
      return {};
  }
}

export function attributes(fields: object): KeyValue[] {
  return Object.entries(fields).map(([key, value]) => ({ key, value: anyValue(value) }));
}
