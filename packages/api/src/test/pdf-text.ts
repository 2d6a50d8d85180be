// The text of a PDF as pdfkit writes it, for specs: fonts with maps from glyphs to Unicode, and text as hexadecimal glyphs.
import { inflateSync } from 'node:zlib';

const object = /(\d+) 0 obj\n([\s\S]*?)\nendobj/g;

type Parts = { readonly bodies: ReadonlyMap<number, string>; readonly streams: ReadonlyMap<number, string> };

function partsOf(pdf: Buffer): Parts {
  const bodies = new Map<number, string>();
  const streams = new Map<number, string>();
  for (const [, id = '', body = ''] of pdf.toString('latin1').matchAll(object)) {
    const at = body.indexOf('stream\n');
    bodies.set(Number(id), at === -1 ? body : body.slice(0, at));
    if (at === -1) continue;
    const bytes = Buffer.from(body.slice(at + 'stream\n'.length, body.lastIndexOf('\nendstream')), 'latin1');
    const isDeflated = body.slice(0, at).includes('FlateDecode');
    streams.set(Number(id), (isDeflated ? inflateSync(bytes) : bytes).toString('latin1'));
  }
  return { bodies, streams };
}

/** The characters of a font's glyphs, by the font's name on the pages. */
function fontsOf({ bodies, streams }: Parts): ReadonlyMap<string, readonly string[]> {
  const fonts = new Map<string, readonly string[]>();
  for (const body of bodies.values()) {
    for (const [, name = '', id = ''] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const map = /\/ToUnicode (\d+) 0 R/.exec(bodies.get(Number(id)) ?? '')?.[1];
      if (map === undefined) continue;
      const listed = [...(streams.get(Number(map)) ?? '').matchAll(/\[([^\]]*)\]/g)];
      fonts.set(
        name,
        listed.flatMap(([, glyphs = '']) =>
          [...glyphs.matchAll(/<([^>]*)>/g)].map(([, hex = '']) =>
            Buffer.from(hex.replace(/\s/g, ''), 'hex').swap16().toString('utf16le'),
          ),
        ),
      );
    }
  }
  return fonts;
}

/** Every piece of text that the pages draw, a line each. */
export function pdfText(pdf: Buffer): string {
  const parts = partsOf(pdf);
  const fonts = fontsOf(parts);
  const lines: string[] = [];
  for (const content of parts.streams.values()) {
    let glyphs: readonly string[] = [];
    for (const [, font, drawn] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (font !== undefined) glyphs = fonts.get(font) ?? [];
      if (drawn === undefined) continue;
      const hex = [...drawn.matchAll(/<([0-9a-f]*)>/g)].map(([, digits = '']) => digits).join('');
      lines.push(
        (hex.match(/.{4}/g) ?? []).map((glyph) => glyphs[Number.parseInt(glyph, 16)] ?? '?').join(''),
      );
    }
  }
  return lines.join('\n');
}
