// Decoding an imported file, and the errors for bytes that are no text.
import { describe, expect, test } from '@jest/globals';
import { textOf } from './file-text.js';
import { UnreadableFile } from './unreadable-file.js';

const bytes = (...values: readonly (number | string)[]): Uint8Array =>
  Buffer.concat(
    values.map((value) => (typeof value === 'string' ? Buffer.from(value) : Buffer.from([value]))),
  );

describe('the text of a file', () => {
  test('is UTF-8 unless another encoding is named', () => {
    expect(textOf(bytes('CAFÉ £2'), 'utf-8')).toBe('CAFÉ £2');
    expect(textOf(bytes('CAF', 0xc9, ' ', 0xa3, '2'), 'windows-1252')).toBe('CAFÉ £2');
  });

  test.each(['utf16le', 'utf16be'] as const)('is UTF-16 when its byte order mark says so: %s', (order) => {
    const little = Buffer.from('\uFEFFCAFÉ 𝄞', 'utf16le');
    expect(textOf(order === 'utf16le' ? little : little.swap16(), 'utf-8')).toBe('CAFÉ 𝄞');
  });

  test('is UTF-8 when its byte order mark says so, whatever encoding is named', () => {
    expect(textOf(bytes('\uFEFFCAFÉ'), 'windows-1252')).toBe('CAFÉ');
  });

  test.each([
    ['a byte that begins nothing', bytes('one\ntwo\nCAF', 0xc9, ' 3'), 3, 12],
    ['a character that is cut off', bytes('one\n\u20ac'.slice(0, 4), 0xe2, 0x82), 2, 5],
    ['a cut character before more text', bytes('a', 0xe2, 0x82, 'b'), 1, 2],
    ['the very first byte', bytes(0xff, 'a'), 1, 1],
  ])('is refused with line and byte at %s', (_, content, line, byte) => {
    expect(() => textOf(content, 'utf-8')).toThrow(UnreadableFile);
    expect(() => textOf(content, 'utf-8')).toThrow(
      `line ${line}, byte ${byte} of the file is not utf-8 text`,
    );
  });

  test('is refused when a replacement character shows that a character was lost before', () => {
    expect(() => textOf(bytes('one\nCAF\uFFFD'), 'utf-8')).toThrow('line 2 holds U+FFFD');
  });
});
