import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly setCookies: readonly string[];
  readonly body: string;
}

export type Ask = (
  path: string,
  body: object,
  method?: string,
  further?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** Asks one server over kept connections, as many as there are requests under way. */
export function createAsk(port: number, headers: Readonly<Record<string, string>>): Ask {
  const agent = new Agent({ keepAlive: true });
  return (path, body, method = 'POST', further = {}) =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const asked = request({
        agent,
        port,
        path,
        method,
        host: '127.0.0.1',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          origin: `http://127.0.0.1:${port}`,
          ...headers,
          ...further,
        },
      });
      asked.once('error', reject);
      asked.once('response', (answer) => {
        let received = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          received += part;
        });
        answer.once('error', reject);
        answer.once('end', () => {
          const status = answer.statusCode ?? 0;
          if (status >= 300) return reject(new Error(`${method} ${path}: ${status} ${received}`));
          resolve({ status, setCookies: answer.headers['set-cookie'] ?? [], body: received });
        });
      });
      asked.end(text);
    });
}

export function cookieOf({ setCookies }: Answer): string {
  return setCookies.map((each) => each.split(';', 1)[0]).join('; ');
}
