/** What the guard of a run writes to its standard output once it has all that it needs. */
export const READY = 'ready\n';
