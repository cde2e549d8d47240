#!/usr/bin/env node
import { processIo } from './io.ts';
import { main } from './program.ts';

// A reader that has seen enough, as `head`, is no reason to fail.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2), processIo, async () => {
  const { arms } = await import('./real-arms.ts');
  return arms;
});
