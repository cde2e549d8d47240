/** Set by tools/test.ts where it could not bring the testbed up: why. */
export const NO_TESTBED = 'FORESHOCK_NO_TESTBED';
