import { describe, expect, it } from 'vitest';
import { NODES_MAX, planAddresses } from '../../testbed/addresses.ts';
import { ExitCode } from '../../testbed/failure.ts';
import { instanceNamed } from '../../testbed/instance.ts';
import { networkCommands } from '../../testbed/network.ts';

describe('planAddresses', () => {
  it('gives each node an address and a pod range of its own', () => {
    expect(planAddresses(2).nodes).toEqual([
      {
        name: 'node-1',
        zone: 'zone-a',
        address: '198.18.0.11',
        cardAddress: '02:00:00:00:00:0b',
        podRange: '198.18.101.0/24',
      },
      {
        name: 'node-2',
        zone: 'zone-b',
        address: '198.18.0.12',
        cardAddress: '02:00:00:00:00:0c',
        podRange: '198.18.102.0/24',
      },
    ]);
  });

  it('deals the nodes out to the zones in turn', () => {
    expect(planAddresses(5, 2).nodes.map(({ zone }) => zone)).toEqual([
      ...['zone-a', 'zone-b', 'zone-a', 'zone-b', 'zone-a'],
    ]);
    expect(new Set(planAddresses(NODES_MAX).nodes.map(({ zone }) => zone)).size).toBe(NODES_MAX);
  });

  it.each([0, 4, 1.5, Number.NaN])('refuses %s zones for 3 nodes as wrong usage', (zones) => {
    expect(() => planAddresses(3, zones)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('--zones takes a whole number from 1 to 3'),
        exitCode: ExitCode.usage,
      }),
    );
  });

  it('keeps every pod inside the cluster range, which ends before 198.18.128.0', () => {
    const { nodes, clusterRange } = planAddresses(NODES_MAX);
    expect(clusterRange).toBe('198.18.96.0/19');
    for (const node of nodes) expect(Number(node.podRange.split('.')[2])).toBeLessThan(128);
  });

  it.each([0, -1, 1.5, Number.NaN, NODES_MAX + 1])('refuses %s nodes as wrong usage', (count) => {
    expect(() => planAddresses(count)).toThrow(expect.objectContaining({ exitCode: ExitCode.usage }));
  });
});

describe('networkCommands', () => {
  const instance = instanceNamed('default');
  const commands = networkCommands(instance, planAddresses(3)).map((command) => command.join(' '));

  it("touches no network namespace but the testbed's own", () => {
    for (const command of commands) {
      expect(command).toMatch(/^(ip -n |nsenter --net=\/run\/netns\/)foreshock-(lab|node-[123]) /);
    }
  });

  it('uses no address outside of 198.18.0.0/15', () => {
    const addresses = commands.flatMap((command) => command.match(/\d+\.\d+\.\d+\.\d+/g) ?? []);
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) expect(address).toMatch(/^198\.1[89]\./);
  });

  it('gives no namespace a default route: nothing may leave', () => {
    expect(commands.filter((command) => command.includes('default'))).toEqual([]);
  });

  it('lets each node reach the pods of the others', () => {
    expect(commands).toContain('ip -n foreshock-node-3 route add 198.18.101.0/24 via 198.18.0.11');
    expect(commands).not.toContain('ip -n foreshock-node-1 route add 198.18.101.0/24 via 198.18.0.11');
  });
});
