import type { ImageRecipe, Layer } from './recipe.ts';

/**
 * nginx as its official image has it, but with Debian's nginx inside: same paths, same configuration,
 * same command, same stop signal. Manifests written for the official image work unedited.
 */

const debian: Layer = {
  from: 'debian',
  variant: 'essential',
  packages: ['nginx', 'procps', 'curl'],
  // The official image's user (its Dockerfile: --gid 101, --uid 101).
  hook: `echo 'nginx:x:101:101:nginx user:/nonexistent:/bin/false' >>"$1/etc/passwd"; echo 'nginx:x:101:' >>"$1/etc/group"`,
};

// The nginx.conf and conf.d/default.conf that nginx.org's packages, and so the official image, come with.
const nginxConf = `user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /var/run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
`;

const defaultConf = (port: number): string => `server {
    listen       ${port};
    listen  [::]:${port};
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

const configuration = (port: number): Layer => ({
  from: 'files',
  files: [
    { path: 'etc/nginx/nginx.conf', content: nginxConf },
    { path: 'etc/nginx/conf.d/default.conf', content: defaultConf(port) },
    { path: 'docker-entrypoint.sh', content: '#!/bin/sh\nexec "$@"\n', mode: 0o755 },
    { path: 'var/log/nginx', folder: true },
    { path: 'var/log/nginx/access.log', linkTo: '/dev/stdout' },
    { path: 'var/log/nginx/error.log', linkTo: '/dev/stderr' },
  ],
});

const COMMAND = ['nginx', '-g', 'daemon off;'];

function official(tags: readonly string[], config: Partial<ImageRecipe['config']>): ImageRecipe {
  return {
    repository: 'docker.io/library/nginx',
    tags,
    layers: [debian, configuration(80)],
    config: { Cmd: COMMAND, ExposedPorts: { '80/tcp': {} }, ...config },
  };
}

export const nginx: readonly ImageRecipe[] = [
  // SIGQUIT (finish the requests, then leave) came with 1.19.5: nginx/docker-nginx pull request 457.
  // SIGTERM, before it, drops the connections. The entry point script came with 1.19.
  official(['1.7.9', '1.14', '1.14.2', '1.15', '1.16', '1.16.1', '1.17', '1.17.10', '1.18', '1.18.0'], {
    StopSignal: 'SIGTERM',
  }),
  official(
    [
      ...['latest', 'stable', 'mainline', 'alpine', 'stable-alpine', 'mainline-alpine', '1'],
      ...[
        '1.20',
        '1.21',
        '1.21.6',
        '1.22',
        '1.22.1',
        '1.23',
        '1.24',
        '1.24.0',
        '1.25',
        '1.25.3',
        '1.25-alpine',
      ],
      ...[
        '1.26',
        '1.26-alpine',
        '1.27',
        '1.27-alpine',
        '1.27.0',
        '1.28',
        '1.28-alpine',
        '1.29',
        '1.29-alpine',
      ],
    ],
    { StopSignal: 'SIGQUIT', Entrypoint: ['/docker-entrypoint.sh'] },
  ),
  {
    repository: 'docker.io/library/my-app',
    tags: ['latest', '1.0'],
    layers: [debian, configuration(8080)],
    config: { Cmd: COMMAND, StopSignal: 'SIGQUIT', ExposedPorts: { '8080/tcp': {} } },
  },
];
