/** Words as a sentence begins. */
export const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
