import { KIND, kindOf } from './header-kinds.ts';

/** What the gateway itself reads of the head of a request. */
export interface Head {
  hosts: number;
  host: string;
  authorization: string;
  apiKey: string;
  transferEncodings: number;
  transferEncoding: string;
  contentLength: string | undefined;
  /** The options of the connection, in lower case; empty without any. */
  connection: string;
  upgrade: string;
  /** Whether the client takes trailers. */
  takesTrailers: boolean;
  /** The names of the trailers that are to follow the body. */
  trailer: string;
  forwardedFor: string;
  forwardedHost: string;
  forwardedProto: string;
  forwardedPrefix: string;
  forwarded: string;
}

/** One pass over names and values in turn, as they came. */
export function readHead(rawHeaders: readonly string[]): Head {
  const head: Head = {
    hosts: 0,
    host: '',
    authorization: '',
    apiKey: '',
    transferEncodings: 0,
    transferEncoding: '',
    contentLength: undefined,
    connection: '',
    upgrade: '',
    takesTrailers: false,
    trailer: '',
    forwardedFor: '',
    forwardedHost: '',
    forwardedProto: '',
    forwardedPrefix: '',
    forwarded: '',
  };
  for (let i = 0; i < rawHeaders.length; i += 2) {
    readHeader(head, rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  }
  return head;
}

function readHeader(head: Head, name: string, value: string): void {
  switch (kindOf(name)) {
    case KIND.host:
      head.hosts++;
      head.host = value;
      break;
    case KIND.authorization:
      head.authorization = join(head.authorization, value);
      break;
    case KIND.apiKey:
      head.apiKey = join(head.apiKey, value);
      break;
    case KIND.connection:
      head.connection = join(head.connection, value.toLowerCase());
      break;
    case KIND.transferEncoding:
      head.transferEncodings++;
      head.transferEncoding = value;
      break;
    case KIND.contentLength:
      head.contentLength = value;
      break;
    case KIND.upgrade:
      head.upgrade = join(head.upgrade, value);
      break;
    case KIND.te:
      if (/(?:^|,)[ \t]*trailers[ \t]*(?:$|[;,])/i.test(value)) head.takesTrailers = true;
      break;
    case KIND.trailer:
      head.trailer = join(head.trailer, value);
      break;
    case KIND.forwardedFor:
      head.forwardedFor = join(head.forwardedFor, value);
      break;
    case KIND.forwardedHost:
      head.forwardedHost = join(head.forwardedHost, value);
      break;
    case KIND.forwardedProto:
      head.forwardedProto = join(head.forwardedProto, value);
      break;
    case KIND.forwardedPrefix:
      head.forwardedPrefix = join(head.forwardedPrefix, value);
      break;
    case KIND.forwarded:
      head.forwarded = join(head.forwarded, value);
      break;
    default:
  }
}

/** Several headers of one name are one list (RFC 9110, 5.3). */
function join(list: string, value: string): string {
  return list === '' ? value : `${list}, ${value}`;
}

export function hasBody(head: Head): boolean {
  return head.transferEncodings > 0 || (head.contentLength !== undefined && !isZero(head));
}

function isZero({ contentLength }: Head): boolean {
  return Number(contentLength) === 0;
}
