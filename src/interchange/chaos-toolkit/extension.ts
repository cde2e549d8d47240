/** Name of the extension in which an exported experiment carries what Chaos Toolkit has no place for. */
export const EXTENSION = 'foreshock';
