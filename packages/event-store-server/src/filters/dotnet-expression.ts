// Translates the .NET regular expressions of clients' filters to JavaScript expressions that match the same texts.
// Source: .NET documentation, "Regular Expression Language". An expression without a counterpart is refused: it must not
// silently choose nothing.
import { translateClass, translateEscape } from './dotnet-class.js';
import { invalidArgument } from '../refusal.js';

/** @throws Refusal when the expression is invalid, or can't be translated */
export function dotnetExpression(source: string): RegExp {
  const refuse = (why: string): Error => invalidArgument(`Regular expression ${source}: ${why}`);
  const leading = /^\(\?([imsnx]+)\)/u.exec(source);
  const translation = new Translation(source, leading?.[0].length ?? 0, leading?.[1] ?? '', refuse);
  const translated = translation.run();
  try {
    return new RegExp(translated, leading?.[1]?.includes('i') === true ? 'vi' : 'v');
  } catch {
    throw refuse('it is no valid expression');
  }
}

const start = '(?<![\\s\\S])';
const end = '(?![\\s\\S])';
const endOrLastNewline = `(?=\\n?${end})`;
/** letters, marks, digits, connectors and two joiners, as \b counts them */
const word = '[\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}\\u200c\\u200d]';

const anchors: Readonly<Record<string, string>> = {
  A: start,
  G: start,
  z: end,
  Z: endOrLastNewline,
  b: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`,
  B: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`,
};

/** A translated piece of the expression in JavaScript, and the length of the original piece. */
type Piece = { readonly text: string; readonly length: number };
const piece = (text: string, length: number): Piece => ({ text, length });

class Translation {
  #out = '';
  /** the text that ends each open group */
  readonly #closers: string[] = [];
  #atomicGroups = 0;
  #hasNumberedReference = false;
  #hasNamedGroup = false;

  constructor(
    private readonly source: string,
    private at: number,
    private readonly options: string,
    private readonly refuse: (why: string) => Error,
  ) {}

  run(): string {
    while (this.at < this.source.length) {
      const { text, length } = this.#next();
      this.#out += text;
      this.at += length;
    }
    // .NET gives named groups the numbers after those of the others
    if (this.#hasNumberedReference && (this.#hasNamedGroup || this.#atomicGroups > 0)) {
      throw this.refuse('numbered references beside named or atomic groups are not supported');
    }
    return this.#out;
  }

  #next(): Piece {
    const rest = this.source.slice(this.at);
    const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    if (this.options.includes('x')) {
      const ignored = /^(?:\s+|#[^\n]*)/u.exec(rest);
      if (ignored !== null) return piece('', ignored[0].length);
    }
    if (character === '\\') return this.#escape(rest);
    if (character === '[') {
      const { text, length } = translateClass(rest, this.refuse);
      return piece(text, length);
    }
    if (character === '(') return this.#open(rest);
    if (character === ')') return piece(this.#closers.pop() ?? ')', 1);
    if (character === '{') {
      const quantifier = /^\{\d+(?:,\d*)?\}/u.exec(rest)?.[0];
      return quantifier === undefined ? piece('\\{', 1) : piece(quantifier, quantifier.length);
    }
    return piece(this.#plain(character), character.length);
  }

  #plain(character: string): string {
    const manyLines = this.options.includes('m');
    switch (character) {
      case '.':
        return this.options.includes('s') ? '[\\s\\S]' : '[^\\n]';
      case '^':
        return manyLines ? '(?<![^\\n])' : start;
      case '$':
        return manyLines ? '(?![^\\n])' : endOrLastNewline;
      case '}':
      case ']':
        return `\\${character}`;
      default:
        return character;
    }
  }

  #escape(rest: string): Piece {
    const letter = rest[1] ?? '';
    const anchor = anchors[letter];
    if (anchor !== undefined) return piece(anchor, 2);
    const named = /^\\k(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/u.exec(rest);
    if (named !== null) return piece(`\\k<${named[1] ?? named[2] ?? ''}>`, named[0].length);
    const numbered = /^\\([1-9])(?!\d)/u.exec(rest);
    if (numbered !== null) {
      this.#hasNumberedReference = true;
      return piece(`(?:\\${numbered[1] ?? ''})`, 2);
    }
    const { text, length } = translateEscape(rest, this.refuse);
    return piece(text, length);
  }

  #open(rest: string): Piece {
    const comment = /^\(\?#[^)]*\)/u.exec(rest);
    if (comment !== null) return piece('', comment[0].length);
    const simple = /^\(\?(?:[:=!]|<[=!])/u.exec(rest);
    if (simple !== null) return this.#push(simple[0], ')', simple[0].length);
    const named = /^\(\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/u.exec(rest);
    if (named !== null) {
      this.#hasNamedGroup = true;
      return this.#push(`(?<${named[1] ?? named[2] ?? ''}>`, ')', named[0].length);
    }
    if (rest.startsWith('(?>')) {
      // JavaScript never backtracks into a lookahead, so a lookahead with a reference to its match acts as an atomic group.
      const name = `atomic${++this.#atomicGroups}`;
      return this.#push(`(?:(?=(?<${name}>`, `))\\k<${name}>)`, 3);
    }
    if (rest.startsWith('(?')) throw this.refuse(`${rest.slice(0, 4)} is not supported here`);
    return this.#push(this.options.includes('n') ? '(?:' : '(', ')', 1);
  }

  #push(opener: string, closer: string, length: number): Piece {
    this.#closers.push(closer);
    return piece(opener, length);
  }
}
