import { kebabCase } from '../command/add-verb.ts';
import { text } from '../command/option.ts';
import { verb } from '../command/verb.ts';
import type { ExitCode } from '../failure.ts';

/** Running a gateway; `tollkeeper gateways` manages those of the fleet. */
export const gateway = verb({
  name: 'gateway',
  summary: 'Run a gateway, which accepts only requests with a valid key',
  notes: `TOLLKEEPER_JOIN_KEY or TOLLKEEPER_JOIN_KEY_FILE gives the join key, and
TOLLKEEPER_CONTROL_PLANE the control plane. HTTPS_PROXY, HTTP_PROXY and NO_PROXY name a
forward proxy to it. SIGHUP reads gateway.yaml again, and reopens the access log.`,
  examples: [
    'gateway --control-plane https://keys.example.com --upstream http://127.0.0.1:3000 --join-key-file join-key',
    'gateway --config gateway.yaml',
  ],
  options: {
    controlPlane: text('url', 'Address of the control plane'),
    joinKeyFile: text(
      'file',
      'File that holds the join key, - for standard input; needed at the first start only',
    ),
    upstream: text('url', 'Address of your API; gateway.yaml can name several'),
    listen: text('host:port', 'Where clients connect (default: 127.0.0.1:7430)'),
    admin: text('host:port', 'Where health and metrics are served (default: 127.0.0.1:7431)'),
    stateDir: text(
      'folder',
      'Where the gateway stores its identity, snapshot and counts (default: ./gateway-state)',
    ),
    name: text('name', 'Name of the gateway (default: the name of this machine)'),
    workers: text('count', 'How many processes serve requests (default: 1)'),
    config: text('file', 'A gateway.yaml, which docs/gateway.md describes'),
  },
  json: 'none',
  run: ({ ctx, options }) => {
    const args = Object.entries(options).flatMap(([key, value]) =>
      value === undefined ? [] : [`--${kebabCase(key)}`, value],
    );
    return ctx.runProgram('gateway', args);
  },
  // The gateway has the same table of exit codes, or was killed by a signal.
  exitCode: (code) => code as ExitCode,
});
