#!/usr/bin/env node
import { EXIT } from '../scenario/errors.ts';
import { processIo } from './io.ts';
import { main } from './program.ts';

// A reader that has seen enough, as `head`, and a terminal that was closed are no reason to fail.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
});
// Nor is a log that nobody keeps any more: what a run has done to a cluster must be undone all the same.
process.stderr.on('error', () => {});

let bug = false;
process.on('uncaughtExceptionMonitor', () => {
  bug = true;
});

const code = await main(process.argv.slice(2), processIo, async () => {
  const { arms } = await import('./real-arms.ts');
  return arms;
});
process.exitCode = bug && code !== EXIT.notRestored ? EXIT.internal : code;
