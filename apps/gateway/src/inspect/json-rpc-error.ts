import type { ErrorCode } from '@tollkeeper/contract';
import type { DenialForm } from '@tollkeeper/gateway-core';

/**
 * By JSON-RPC 2.0, and -32020 by MCP 2026-07-28. That reserves the rest of JSON-RPC's range for itself,
 * and wants codes of one's own outside of it: of other denials, the status is the code.
 */
const CODES: ReadonlyMap<ErrorCode, number> = new Map([
  ['malformed_json', -32700],
  ['ambiguous_body', -32600],
  ['batch_not_supported', -32600],
  ['invalid_message', -32600],
  ['header_mismatch', -32020],
] as const);

/** A problem as an error of JSON-RPC. @param id of the request, as JSON */
export function jsonRpcForm(id: string | undefined): DenialForm {
  return ({ error: _, ...problem }) => {
    const code = CODES.get(problem.code) ?? problem.status;
    const error = JSON.stringify({ code, message: problem.detail, data: problem });
    const withId = id === undefined ? '' : `"id":${id},`;
    return {
      contentType: 'application/json',
      body: `{"jsonrpc":"2.0",${withId}"error":${error}}`,
    };
  };
}
