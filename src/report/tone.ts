/** How an outcome is coloured; a word always stands beside it. */
export type Tone = 'good' | 'bad' | 'unsure' | 'plain';
