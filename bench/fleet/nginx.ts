import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, startProgram } from '../server-process.ts';

/** What the gateway is measured beside: Debian's nginx, one process, without a log. */
export function startNginxProxy(folder: string, upstreamPort: number): Promise<ServerProcess> {
  const upstream = `upstream api { server 127.0.0.1:${upstreamPort}; keepalive 64; keepalive_requests 1000000000; }`;
  const location =
    'proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $remote_addr;';
  return startNginx(folder, 'proxy', upstream, location);
}

/** What both forward to: it costs little, so that it is not what limits. */
export function startNginxUpstream(folder: string): Promise<ServerProcess> {
  const location = `default_type application/json; return 200 '{"id":"inv_1","total":4200,"currency":"EUR","paid":true}';`;
  return startNginx(folder, 'upstream', '', location);
}

function startNginx(folder: string, name: string, blocks: string, location: string) {
  const configOf = (port: number) => `
    daemon off; master_process off; pid ${folder}/${name}.pid; error_log stderr error;
    events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 1000000000;
      client_body_temp_path ${folder}/${name}-body; proxy_temp_path ${folder}/${name}-proxy;
      fastcgi_temp_path ${folder}/${name}-f; uwsgi_temp_path ${folder}/${name}-u; scgi_temp_path ${folder}/${name}-s;
      ${blocks}
      server { listen 127.0.0.1:${port}; location / { ${location} } }
    }`;
  return startProgram(
    '/usr/sbin/nginx',
    (port) => {
      const file = join(folder, `${name}.conf`);
      writeFileSync(file, configOf(port));
      return ['-c', file];
    },
    { path: '/' },
  );
}
