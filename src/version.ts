import packageJson from '../package.json' with { type: 'json' };

/** Of foreshock, as package.json has it. */
export const VERSION: string = packageJson.version;

/** The oldest Node it runs on: "22.19". */
export const NODE_LEAST: string = packageJson.engines.node.replace('>=', '');
