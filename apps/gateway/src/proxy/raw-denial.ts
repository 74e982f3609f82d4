import { STATUS_CODES } from 'node:http';
import { type Denial, denialAnswer } from '@tollkeeper/gateway-core';

/** A whole answer, for a connection that speaks no HTTP any more; it ends with it. */
export function rawDenial(denial: Denial): string {
  const { status, headers, body } = denialAnswer(denial);
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`;
}
