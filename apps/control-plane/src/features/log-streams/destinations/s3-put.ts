import {
  DeliveryProblem,
  type Guard,
  type GuardedAnswer,
  RequestCut,
  type RequestLimits,
  sendGuarded,
} from '../../../outgoing/index.ts';
import { ANSWER_BYTES_MAX, type StreamRow } from './destination.ts';

export interface PutObject {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
}

interface PutAnswer {
  /** Undefined where no answer came. */
  readonly answer: GuardedAnswer | undefined;
  readonly error: unknown;
}

/** What the client of AWS gives its transport. */
interface ClientRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Record<string, unknown>;
  readonly headers: Record<string, string>;
}

/**
 * Puts an object by the client of AWS, which names the endpoint and signs (SigV4), while the guard sends. The client
 * is loaded when it is first used: a server without such streams never holds it.
 */
export async function putObject(
  guard: Guard,
  row: StreamRow,
  secretAccessKey: string,
  { key, body, contentType }: PutObject,
  limits: RequestLimits,
): Promise<PutAnswer> {
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  let answer: GuardedAnswer | undefined;
  let problem: unknown;
  const { bucket, region, accessKeyId, url } = row;
  const client = new S3Client({
    region: region ?? '',
    credentials: { accessKeyId: accessKeyId ?? '', secretAccessKey },
    ...(url === null ? {} : { endpoint: url }),
    // A name with dots is in no certificate.
    forcePathStyle: url !== null || bucket?.includes('.') === true,
    // The stream tries again by itself, and compatible storages know no checksums but the signed one.
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      async handle(request: ClientRequest) {
        answer = await sendGuarded(guard, {
          method: 'PUT',
          url: urlOf(request),
          headers: withoutHost(request.headers),
          body,
          ...limits,
          keptBytesMax: ANSWER_BYTES_MAX,
        }).catch((error: unknown) => {
          problem = error;
          throw error;
        });
        const { status, body: text } = answer;
        return { response: { statusCode: status, headers: {}, body: Buffer.from(text) } };
      },
      ...{ updateHttpClientConfig: () => undefined, httpHandlerConfigs: () => ({}) },
    },
  });
  const command = new PutObjectCommand({
    ...{ Bucket: bucket ?? '', Key: key, Body: body, ContentType: contentType },
  });
  const error = await client.send(command).then(
    () => undefined,
    (reason: unknown) => problem ?? reason,
  );
  if (error instanceof RequestCut) throw error;
  if (!answer && !(error instanceof DeliveryProblem)) {
    throw new DeliveryProblem('The request cannot be made. Check the bucket and the region.', {
      cause: error,
    });
  }
  return { answer, error };
}

function urlOf({ protocol, hostname, port, path, query = {} }: ClientRequest): string {
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value ?? '')]),
  ).toString();
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  return `${protocol}//${host}${path}${search === '' ? '' : `?${search}`}`;
}

/** The guard sets it, to what was signed. */
function withoutHost(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(?:host|content-length)$/i.test(name)),
  );
}
