// The text of an imported file. Bytes that are no text in the file's encoding are refused: replacing them would change
// names, and the originals would be lost.
import { UnreadableFile } from './unreadable-file.js';

/** Encodings that `--encoding` accepts. A byte order mark takes precedence: UTF-8 and UTF-16 are recognised by it. */
export const encodings = ['utf-8', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

/** @throws UnreadableFile with line and byte where the file is no text in its encoding */
export function textOf(bytes: Uint8Array, encoding: Encoding): string {
  const label = markedEncoding(bytes) ?? encoding;
  let text: string;
  try {
    text = new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    throw refusal(bytes, label);
  }
  // A replacement character in the file replaces a byte that an earlier program could not decode.
  const replaced = text.indexOf('\uFFFD');
  if (replaced !== -1)
    throw new UnreadableFile(
      `line ${lineAt(text, replaced)} holds U+FFFD: the program that wrote the file lost a character there`,
    );
  return text;
}

const markedEncoding = ([first, second, third]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | null => {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return null;
};

/** The longest beginning of the bytes that is text. */
function soundPart(bytes: Uint8Array, label: string): string {
  let sound = 0;
  let broken = bytes.length;
  while (sound < broken) {
    const middle = sound + Math.ceil((broken - sound) / 2);
    if (decodes(bytes.subarray(0, middle), label)) sound = middle;
    else broken = middle - 1;
  }
  // `stream` leaves out a character that is cut off at the end; `ignoreBOM` keeps the mark, since its bytes count as well.
  return new TextDecoder(label, { ignoreBOM: true }).decode(bytes.subarray(0, sound), { stream: true });
}

function decodes(bytes: Uint8Array, label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function refusal(bytes: Uint8Array, label: string): UnreadableFile {
  const before = soundPart(bytes, label);
  const offset = Buffer.byteLength(before, label.startsWith('utf-16') ? 'utf16le' : 'utf8');
  const line = lineAt(before, before.length);
  const hint = label === 'utf-8' ? '; name its encoding, for example --encoding windows-1252' : '';
  return new UnreadableFile(`line ${line}, byte ${offset + 1} of the file is not ${label} text${hint}`);
}

/** Lines count from 1. */
const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
