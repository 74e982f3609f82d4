import { createTransport } from 'nodemailer';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one mail; rejects when the server took none. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** A person waits for the answer meanwhile. */
const CONNECT_MS = 5000;
const SILENCE_MS = 10_000;

/** @param url smtp:// or smtps://, with the user and the password in it where the server asks */
export function createMailer(url: string, from: string): Mailer {
  const transport = createTransport(
    {
      url,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  return {
    send: async (mail) => void (await transport.sendMail({ ...mail })),
    close: () => transport.close(),
  };
}

/** What may be logged of a mail that was not sent: a server's words may repeat the link in it. */
export function mailCodes(error: unknown) {
  const { code, command, responseCode } = error as Record<string, unknown>;
  return { code, command, responseCode };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Names are what people typed; in HTML they could be anything. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
