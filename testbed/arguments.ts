import type { AuditFilter } from './audit-log.ts';
import { options, usageError, wholeNumber } from './options.ts';
import { type Action, parseAction, VERBS_USAGE } from './provider/action.ts';
import type { Layout } from './state.ts';

export const USAGE = `A real multi-node Kubernetes on this machine, without Docker.

Usage: npm run testbed -- COMMAND

  up [--nodes N] [--zones Z] [--network-policies]
                       bring it up (2 nodes unless told, each a zone of its own), or find that it is;
                       --network-policies: with a network that enforces NetworkPolicy objects
  down                 remove all of it
  status [--json]      what is up, and where
  exec -- COMMAND...   run COMMAND where nodes, pods and services are reachable, with KUBECONFIG set
  install              install and build what \`up\` needs, and no more

  link NODE down|up    pull out a node's cable, plug it in
  kill-container --namespace NS --pod POD [--container C]
                       SIGKILL to a container's main process, from outside
  forget-connections   empty the nodes' connection tracking tables
  load-image FOLDER    give all nodes the images of an OCI layout, beside those that can be pulled
  audit [--user USER] [--changes] [--json]
                       what the API server was asked, and by whom; --changes: what writes
  provider VERB ...    a fault that no Kubernetes API can cause, or its undo; prints when it took effect
${VERBS_USAGE}
Environment: FORESHOCK_TESTBED names another testbed beside the default one,
FORESHOCK_CACHE the folder where binaries and images are kept, FORESHOCK_POD_UID the pod that
a container's fault is meant for, where another may have come under its name.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not possible on this machine,
4 another command is at work, 130 interrupted; exec: that of COMMAND.
`;

export type Command =
  | { readonly name: 'help' | 'down' | 'install' | 'forget-connections' }
  | { readonly name: 'up'; readonly layout: Partial<Layout> }
  | { readonly name: 'status'; readonly json: boolean }
  | { readonly name: 'exec'; readonly command: readonly string[] }
  | { readonly name: 'link'; readonly node: string; readonly link: 'up' | 'down' }
  | { readonly name: 'load-image'; readonly layout: string }
  | { readonly name: 'audit'; readonly filter: AuditFilter; readonly json: boolean }
  | { readonly name: 'kill-container'; readonly action: Action }
  | { readonly name: 'provider'; readonly action: Action };

export function parseArguments(args: readonly string[]): Command {
  const [name, ...rest] = args;
  switch (name) {
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      return { name: 'help' };
    case 'exec':
      return parseExec(rest);
  }
  if (rest.includes('--help') || rest.includes('-h')) return { name: 'help' };
  switch (name) {
    case 'up': {
      const {
        nodes,
        zones,
        'network-policies': network_policies,
      } = options(name, rest, {
        nodes: { type: 'string' },
        zones: { type: 'string' },
        'network-policies': { type: 'boolean' },
      }).values;
      const layout = {
        ...(nodes === undefined ? {} : { node_count: wholeNumber('--nodes', nodes) }),
        ...(zones === undefined ? {} : { zone_count: wholeNumber('--zones', zones) }),
        ...(network_policies === undefined ? {} : { network_policies }),
      };
      return { name, layout };
    }
    case 'status':
      return { name, json: options(name, rest, { json: { type: 'boolean' } }).values.json ?? false };
    case 'down':
    case 'install':
    case 'forget-connections':
      options(name, rest, {});
      return { name };
    case 'link': {
      const [node, link, ...more] = options(name, rest, {}, true).positionals;
      if (node === undefined || (link !== 'up' && link !== 'down') || more.length > 0) {
        throw usageError('link takes a node and "down" or "up", as in: link node-2 down');
      }
      return { name, node, link };
    }
    case 'load-image': {
      const [layout, ...more] = options(name, rest, {}, true).positionals;
      if (layout === undefined || more.length > 0) {
        throw usageError('load-image takes the folder of an OCI layout, as in: load-image out/image');
      }
      return { name, layout };
    }
    case 'audit': {
      const { user, changes, json } = options(name, rest, {
        user: { type: 'string' },
        changes: { type: 'boolean' },
        json: { type: 'boolean' },
      }).values;
      return { name, filter: { user, changes: changes ?? false }, json: json ?? false };
    }
    case 'kill-container':
      return { name, action: parseAction(['container-kill', ...rest], name) };
    case 'provider':
      return { name, action: parseAction(rest) };
    default:
      throw usageError(`there is no command ${name}`);
  }
}

function parseExec(rest: readonly string[]): Command {
  const command = rest[0] === '--' ? rest.slice(1) : rest;
  if (rest[0] === '--help') return { name: 'help' };
  if (command.length === 0) throw usageError('exec needs a command, as in: exec -- kubectl get nodes');
  return { name: 'exec', command };
}
