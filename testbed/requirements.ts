/** Why this machine cannot host a testbed, or undefined when it can. Tests skip with the reason. */
export function whyNotHere(
  platform: NodeJS.Platform = process.platform,
  userId: number | undefined = process.getuid?.(),
): string | undefined {
  if (platform !== 'linux') {
    return `the testbed needs Linux (network namespaces, overlayfs, containerd), and this is ${platform}`;
  }
  if (userId !== 0) return 'the testbed needs root: it makes network namespaces and mounts';
  return undefined;
}
