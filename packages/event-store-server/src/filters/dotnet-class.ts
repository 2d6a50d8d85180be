// Character classes and escapes of .NET expressions, for JavaScript's flag v.

type Refuse = (why: string) => Error;
type Translated = { readonly text: string; readonly length: number };

const categories = new Set(
  'L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Cs Co Cn'.split(
    ' ',
  ),
);
/** The Unicode blocks that a filter may name; only those that names of streams and types are likely to use. */
const blocks: Readonly<Record<string, string>> = {
  IsBasicLatin: '\\u0000-\\u007f',
  'IsLatin-1Supplement': '\\u0080-\\u00ff',
  'IsLatinExtended-A': '\\u0100-\\u017f',
  'IsLatinExtended-B': '\\u0180-\\u024f',
  IsGreek: '\\u0370-\\u03ff',
  IsGreekandCoptic: '\\u0370-\\u03ff',
  IsCyrillic: '\\u0400-\\u04ff',
  IsHebrew: '\\u0590-\\u05ff',
  IsArabic: '\\u0600-\\u06ff',
};
const sets: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  w: '\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}',
  s: '\\f\\n\\r\\t\\v\\x85\\p{Z}',
};
const controls: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27 };

const literal = (code: number): string => `\\u{${code.toString(16)}}`;

/** An escape for one character or for a set of characters, outside of a class or in one. */
export function translateEscape(rest: string, refuse: Refuse): Translated {
  const set = setOf(rest, refuse);
  if (set !== null) return set;
  const { code, length } = characterOf(rest, refuse);
  return { text: literal(code), length };
}

/** \d \w \s, \p{…}, and their complements. */
function setOf(rest: string, refuse: Refuse): Translated | null {
  const letter = rest[1] ?? '';
  const members = sets[letter.toLowerCase()];
  if (members !== undefined) {
    return { text: letter === letter.toLowerCase() ? `[${members}]` : `[^${members}]`, length: 2 };
  }
  if (letter !== 'p' && letter !== 'P') return null;
  const [whole, name = ''] = /^\\[pP]\{([^}]+)\}/u.exec(rest) ?? [];
  if (whole === undefined) throw refuse('\\p needs a name in braces');
  const block = blocks[name];
  if (block !== undefined) return { text: `[${letter === 'P' ? '^' : ''}${block}]`, length: whole.length };
  if (!categories.has(name)) throw refuse(`${name} is no category or block that is supported`);
  return { text: `\\${letter}{${name}}`, length: whole.length };
}

/** One character, escaped or not. */
function characterOf(rest: string, refuse: Refuse): { readonly code: number; readonly length: number } {
  const plain = rest.codePointAt(0) ?? 0;
  if (rest[0] !== '\\') return { code: plain, length: String.fromCodePoint(plain).length };
  const hex = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/u.exec(rest);
  if (hex !== null) return { code: parseInt(hex[1] ?? hex[2] ?? '', 16), length: hex[0].length };
  const control = /^\\c([A-Za-z@[\\\]^_])/u.exec(rest);
  if (control !== null) return { code: (control[1] ?? '').toUpperCase().charCodeAt(0) - 64, length: 3 };
  const octal = /^\\(0[0-7]{0,2}|[0-7]{2,3})/u.exec(rest);
  if (octal !== null) return { code: parseInt(octal[1] ?? '', 8) % 256, length: octal[0].length };
  const escaped = rest[1] ?? '';
  const known = controls[escaped];
  if (known !== undefined) return { code: known, length: 2 };
  if (escaped === '' || /\w/u.test(escaped)) throw refuse(`\\${escaped} is no escape`);
  const code = rest.codePointAt(1) ?? 0;
  return { code, length: 1 + String.fromCodePoint(code).length };
}

/** `[…]`, from its opening bracket, with ranges, sets, and a subtracted class at its end. */
export function translateClass(rest: string, refuse: Refuse): Translated {
  const isNegated = rest[1] === '^';
  let at = isNegated ? 2 : 1;
  const first = at;
  let members = '';
  let taken: string | null = null;
  while (taken === null && (rest[at] !== ']' || at === first)) {
    if (at >= rest.length) throw refuse('a class has no end');
    if (at > first && rest.startsWith('-[', at)) {
      const inner = translateClass(rest.slice(at + 1), refuse);
      taken = inner.text;
      at += 1 + inner.length;
      if (rest[at] !== ']')
        throw refuse('a class that is taken away from another one has to be its last part');
    } else {
      const member = memberOf(rest.slice(at), refuse);
      members += member.text;
      at += member.length;
    }
  }
  const own = `[${isNegated ? '^' : ''}${members}]`;
  return { text: taken === null ? own : `[${own}--${taken}]`, length: at + 1 };
}

/** A set, a character, or a range of characters. */
function memberOf(rest: string, refuse: Refuse): Translated {
  if (rest.startsWith('\\b')) return { text: literal(8), length: 2 };
  const set = rest[0] === '\\' ? setOf(rest, refuse) : null;
  if (set !== null) return set;
  const from = characterOf(rest, refuse);
  const behind = rest.slice(from.length);
  const isRange = behind.startsWith('-') && behind.length > 1 && behind[1] !== ']' && behind[1] !== '[';
  if (!isRange) return { text: literal(from.code), length: from.length };
  const to = characterOf(behind.slice(1), refuse);
  return { text: `${literal(from.code)}-${literal(to.code)}`, length: from.length + 1 + to.length };
}
