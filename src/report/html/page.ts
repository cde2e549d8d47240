/** The frame of every page: self-contained, without a script, without a request to anywhere. */
import { createHash } from 'node:crypto';
import { type Markup, markup, trusted } from './markup.ts';

export interface Page {
  /** What the browser calls it. */
  readonly title: string;
  /** Of foreshock. */
  readonly version: string;
  readonly style: string;
  /** In order; what has nothing to say is empty. */
  readonly sections: readonly Markup[];
}

export function pageText({ title, version, style, sections }: Page): string {
  const style_hash = createHash('sha256').update(style).digest('base64');
  // Nothing may be loaded; `data:` is the empty icon that keeps a browser from asking for one.
  const policy = `default-src 'none'; style-src 'sha256-${style_hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="foreshock ${version}">
<title>${title} - foreshock</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
<main>
${sections.map((section) => markup`${section}\n`)}<footer>foreshock ${version}. Predict how much downtime a failure will cost, then cause it and see.</footer>
</main>
</body>
</html>
`.text;
}
