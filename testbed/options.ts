import { parseArgs } from 'node:util';
import { ExitCode, errorMessage, TestbedError } from './failure.ts';

/** Helpers of the command line: each complaint says what was wrong and where to look. */

export type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

export function options<T extends Options>(
  command: string,
  args: readonly string[],
  known: T,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals, strict: true });
  } catch (error) {
    throw usageError(`${command}: ${errorMessage(error)}`);
  }
}

export function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw usageError(`${option} takes a whole number, not ${text}`);
  return Number(text);
}

export function usageError(message: string): TestbedError {
  return new TestbedError(message, { hint: 'see: npm run testbed -- --help', exitCode: ExitCode.usage });
}
