import packageJson from '../package.json' with { type: 'json' };

/** Of foreshock, as package.json has it. */
export const VERSION: string = packageJson.version;
