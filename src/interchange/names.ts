/** What the command line calls the formats; apart from what reads and writes them, so that `--help` loads none of it. */
export const IMPORT_FORMATS = ['chaos-toolkit', 'chaos-mesh', 'litmus', 'kube-monkey', 'chaoskube'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

export const EXPORT_TARGETS = ['chaos-toolkit', 'chaos-mesh', 'chaos-toolkit-journal'] as const;
export type ExportTarget = (typeof EXPORT_TARGETS)[number];
