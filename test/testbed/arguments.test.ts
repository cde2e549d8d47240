import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../testbed/arguments.ts';
import { ExitCode } from '../../testbed/failure.ts';

const parse = (line: string) => parseArguments(line === '' ? [] : line.split(' '));

describe('parseArguments', () => {
  it.each([
    ['', { name: 'help' }],
    ['--help', { name: 'help' }],
    ['up --help', { name: 'help' }],
    ['up', { name: 'up', layout: {} }],
    ['up --network-policies', { name: 'up', layout: { network_policies: true } }],
    ['up --nodes 3 --zones 2', { name: 'up', layout: { node_count: 3, zone_count: 2 } }],
    ['down', { name: 'down' }],
    ['status --json', { name: 'status', json: true }],
    ['load-image out/image', { name: 'load-image', layout: 'out/image' }],
    ['audit', { name: 'audit', filter: { user: undefined, changes: false }, json: false }],
    [
      'audit --user admin --changes --json',
      { name: 'audit', filter: { user: 'admin', changes: true }, json: true },
    ],
    ['link node-2 down', { name: 'link', node: 'node-2', link: 'down' }],
    [
      'exec -- kubectl get nodes -o wide',
      { name: 'exec', command: ['kubectl', 'get', 'nodes', '-o', 'wide'] },
    ],
    ['exec kubectl --help', { name: 'exec', command: ['kubectl', '--help'] }],
    [
      'kill-container --namespace shop --pod web-1 --container nginx',
      {
        name: 'kill-container',
        action: {
          verb: 'container-kill',
          container: { namespace: 'shop', pod: 'web-1', container: 'nginx' },
        },
      },
    ],
    ['provider --help', { name: 'help' }],
    ['provider node-loss --node node-2', { name: 'provider', action: { verb: 'node-loss', node: 'node-2' } }],
  ])('%j', (line, command) => {
    expect(parse(line)).toEqual(command);
  });

  it.each([
    ['start', 'there is no command start'],
    ['up --nodes two', '--nodes takes a whole number, not two'],
    ['up --zones two', '--zones takes a whole number, not two'],
    ['up --nodes', 'up: '],
    ['up --zones', 'up: '],
    ['up now', 'up: '],
    ['status --yaml', 'status: '],
    ['exec', 'exec needs a command'],
    ['exec --', 'exec needs a command'],
    ['load-image', 'load-image takes the folder'],
    ['load-image one two', 'load-image takes the folder'],
    ['audit --user', 'audit: '],
    ['audit admin', 'audit: '],
    ['link node-1 sideways', 'link takes a node'],
    ['provider node-loss', 'provider node-loss needs --node'],
    ['kill-container --pod web', 'kill-container needs --namespace and --pod'],
  ])('%j is wrong usage', (line, message) => {
    const error = expect.objectContaining({
      message: expect.stringContaining(message),
      hint: expect.stringContaining('--help'),
      exitCode: ExitCode.usage,
    });
    expect(() => parse(line)).toThrow(error);
  });
});
