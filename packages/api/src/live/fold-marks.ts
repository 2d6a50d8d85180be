// Intermediate states of long folds, one for every thousand events. The state of a document at some position is then folded
// from the last mark before it, not from the beginning.
import type { Document, Position } from '@holdfast/kernel';

export type Mark = { readonly position: Position; readonly document: Document | null };

export const eventsBetweenMarks = 1_000;
/** Names the document that a mark belongs to. */
export const markName = ({ name }: { readonly name: string }, id: string): string => `${name} ${id}`;

const mostDocuments = 500;
const mostMarks = 256;

export class FoldMarks {
  /** Marks ascending by position; the document that was read last comes last. */
  readonly #marks = new Map<string, Mark[]>();

  /** The newest mark at or before `position`. */
  before(document: string, position: Position): Mark | null {
    const marks = this.#marks.get(document);
    if (marks === undefined) return null;
    this.#marks.delete(document);
    this.#marks.set(document, marks);
    return marks.findLast((mark) => mark.position <= position) ?? null;
  }

  keep(document: string, mark: Mark): void {
    const marks = this.#marks.get(document) ?? [];
    const newer = marks.findIndex(({ position }) => position >= mark.position);
    if (newer >= 0 && marks[newer]?.position === mark.position) return;
    marks.splice(newer < 0 ? marks.length : newer, 0, mark);
    // For a long document, every second mark is enough.
    const kept = marks.length > mostMarks ? marks.filter((_, n) => n % 2 === 1) : marks;
    this.#marks.delete(document);
    this.#marks.set(document, kept);
    const [oldest] = this.#marks.keys();
    if (this.#marks.size > mostDocuments && oldest !== undefined) this.#marks.delete(oldest);
  }
}
