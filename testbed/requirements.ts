import { readFileSync } from 'node:fs';

// Numbers of capability.h.
const NEEDED_CAPABILITIES = [
  ['CAP_NET_ADMIN', 12n],
  ['CAP_SYS_ADMIN', 21n],
] as const;

/** Why this machine cannot host a testbed, or undefined when it can. Tests skip with the reason. */
export function whyNotHere(
  platform: NodeJS.Platform = process.platform,
  userId: number | undefined = process.getuid?.(),
  processStatus = () => readFileSync('/proc/self/status', 'utf8'),
): string | undefined {
  if (platform !== 'linux') {
    return `the testbed needs Linux (network namespaces, overlayfs, containerd), and this is ${platform}`;
  }
  if (userId !== 0) return 'the testbed needs root: it makes network namespaces and mounts';
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(processStatus())?.[1] ?? '0'}`);
  for (const [name, bit] of NEEDED_CAPABILITIES) {
    if ((capabilities & (1n << bit)) === 0n)
      return `the testbed needs ${name}, which this container does not have`;
  }
  return undefined;
}
