/** The testbed as tests see it: they run in its network, or there is a reason why not. */
import { describe, it } from 'vitest';
import { whyNotHere } from '../../testbed/requirements.ts';
import { isInLab } from './lab.ts';
import { NO_TESTBED } from './no-testbed.ts';

/** Why tests cannot use the testbed in this process; undefined where KUBECONFIG points at it and it is in reach. */
export function whyNoTestbed(): string | undefined {
  if (isInLab()) return undefined;
  return (
    process.env[NO_TESTBED] ??
    whyNotHere() ??
    'not in the testbed: use `npm test`, or `npm run testbed -- exec -- npx vitest run --project "cluster-*"`'
  );
}

/** As `describe`; where the testbed is not there, skipped with the reason, and failed with it where CI is "true". */
export function describeOnTestbed(name: string, tests: () => void): void {
  const reason = whyNoTestbed();
  if (reason === undefined) {
    describe(name, tests);
    return;
  }
  describe(name, () => {
    it('runs on the testbed', ({ skip }) => {
      if (process.env.CI === 'true') throw new Error(reason);
      skip(reason);
    });
  });
}
