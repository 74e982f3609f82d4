/** A name made to do something where it is shown, exported, logged, or sent on. */
export interface HostileName {
  readonly what: string;
  readonly text: string;
}

/** Names that the product accepts, and that must stay plain text wherever they appear. */
export const HOSTILE_NAMES: readonly HostileName[] = [
  { what: 'a script element', text: '<script>alert(1)</script>' },
  { what: 'an event handler', text: '"><img src=x onerror=alert(1)>' },
  { what: 'the end of a text area and of a style', text: '</textarea></style>\'"`' },
  { what: 'an entity', text: '&lt;b&gt;&#x3c;&amp;' },
  { what: 'a template', text: '{{7*7}} #{7*7} <%= 7*7 %>' },
  { what: 'a formula', text: '=HYPERLINK("https://evil.example","ok")' },
  { what: 'a formula with plus', text: "+1+cmd|'/C calc'!A0" },
  { what: 'a formula with minus', text: "-2+3+cmd|' /C calc'!A0" },
  { what: 'a formula with at', text: '@SUM(1+1)*cmd' },
  { what: 'a full-width formula', text: '\uff1dSUM(A1)' },
  { what: 'quotes and separators of CSV', text: 'a","b;c' },
  { what: 'a Slack mention', text: '<!channel> <@U012AB3CD>' },
  { what: 'a Slack link', text: '<https://evil.example|sign in here>' },
  {
    what: 'a Markdown link and image',
    text: '[sign in](https://evil.example) ![x](https://evil.example/x)',
  },
  { what: 'Markdown emphasis and code', text: '*bold* _it_ ~no~ `code`' },
  { what: 'a bare address', text: 'https://evil.example/sign-in' },
  { what: 'a mail address list', text: 'a@evil.example, b@evil.example' },
  { what: 'Cyrillic letters that look Latin', text: '\u0430dmin' },
  { what: 'a name of an object prototype', text: '__proto__' },
  { what: 'a long word', text: 'w'.repeat(64) },
  { what: 'right-to-left letters', text: '\u05d0\u05d1\u05d2 ci-pipeline' },
  { what: 'many combining marks', text: `Z${'\u0335\u0489'.repeat(20)}` },
  { what: 'an SQL quotation', text: "'; drop table api_key; --" },
  { what: 'escapes as text', text: '\\u001b[2J\\r\\n%0d%0a' },
];

/**
 * Texts that are refused as names, but reach the product from elsewhere: the header of a call, the
 * answer of an upstream or of a receiver.
 */
export const HOSTILE_TEXTS: readonly HostileName[] = [
  { what: 'a line break and a header', text: 'a\r\nBcc: victim@evil.example\r\n\r\nbody' },
  { what: 'a line break and a forged log line', text: 'a\n{"level":30,"msg":"forged"}' },
  { what: 'ANSI escapes', text: '\u001b[2J\u001b[31mred\u001b[0m\u001b]0;title\u0007' },
  { what: 'an 8-bit control sequence', text: '\u009b2J' },
  { what: 'a bidirectional override', text: 'gpj\u202eexe' },
  { what: 'isolates', text: 'a\u2066b\u2069c' },
  { what: 'a zero-width space and joiner', text: 'ad\u200bmin\u2060' },
  { what: 'a line separator', text: 'a\u2028b\u2029c' },
  { what: 'a byte-order mark', text: '\ufeffadmin' },
  { what: 'a NUL', text: 'a\0b' },
  { what: 'half a surrogate pair', text: 'a\ud800b' },
];
