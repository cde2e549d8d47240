import { expect, test } from 'vitest';
import { checkNode } from '../../src/cli/node-version.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';

test.each(['22.19.0', '22.20.1', '23.0.0', '24.21.0', '100.1.0'])('Node %s will do', (found) => {
  expect(() => checkNode(found)).not.toThrow();
});

test.each(['20.20.2', '22.18.9', '9.99.0'])('Node %s is too old, and is told so', (found) => {
  const attempt = () => checkNode(found);
  expect(attempt).toThrow(UserError);
  expect(attempt).toThrow(
    expect.objectContaining({
      message: `foreshock needs Node 22.19 or newer; this is ${found}`,
      exitCode: EXIT.configuration,
    }),
  );
});
