/** What a layer of an image adds: the little of the tar format, POSIX ustar, that images need. */
export type TarEntry =
  | { readonly path: string; readonly content: string | Buffer; readonly mode?: number }
  | { readonly path: string; readonly linkTo: string }
  | { readonly path: string; readonly folder: true; readonly mode?: number };

const BLOCK = 512;

export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    if ('linkTo' in entry) return [header(entry.path, '2', 0o777, 0, entry.linkTo)];
    if ('folder' in entry) return [header(`${entry.path}/`, '5', entry.mode ?? 0o755, 0)];
    const content = Buffer.from(entry.content as string);
    return [header(entry.path, '0', entry.mode ?? 0o644, content.length), content, padding(content.length)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(path: string, type: string, mode: number, size: number, linkTo = ''): Buffer {
  const block = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(path) > 100) throw new Error(`path too long for this tar: ${path}`);
  block.write(path, 0);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108); // owner root
  block.write(octal(0, 7), 116); // group root
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136); // modified 1970: equal inputs give equal bytes
  block.write(' '.repeat(8), 148); // the checksum counts itself as blanks
  block.write(type, 156);
  block.write(linkTo, 157);
  block.write('ustar\x0000', 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${octal(checksum, 6)}\0 `, 148);
  return block;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
