// A small outside service that keeps stock: it carries out each question once for each order and SKU, and each question
// can have a fault.
import { streamCategory, type DomainCommand, type RecordedEvent } from '@holdfast/kernel';

/**
 * lost: the question does not arrive. unanswered: the answer is lost. twice: the question and its answer come twice. late: it is done
 * after everything else. too late: it is done after the deadline. contradicted: after its answer the service says the opposite.
 */
export const questionFaults = ['lost', 'unanswered', 'twice', 'late', 'too late', 'contradicted'] as const;
export type QuestionFault = (typeof questionFaults)[number];

type Question = { readonly orderId: string; readonly sku: string; readonly quantity: number };
type Kind = 'reserve' | 'release';
const kinds: Readonly<Record<string, Kind>> = {
  AllocationAsked: 'reserve',
  AllocationReleaseAsked: 'release',
};

export class OutsideStock {
  /** the kinds of the questions so far, in order */
  readonly questions: Kind[] = [];
  readonly late: (() => readonly DomainCommand[])[] = [];
  readonly tooLate: (() => readonly DomainCommand[])[] = [];
  readonly #free = new Map<string, number>();
  readonly #reserved = new Map<string, number>();

  constructor(
    onHand: Readonly<Record<string, number>>,
    private readonly faults: ReadonlyMap<number, QuestionFault> = new Map(),
  ) {
    for (const [sku, units] of Object.entries(onHand)) this.#free.set(sku, units);
  }

  /** Returns the answers to an event of the log; none when the event is no question. */
  hear({ stream, type, data }: RecordedEvent): readonly DomainCommand[] {
    const kind = kinds[type];
    if (streamCategory(stream) !== 'allocation' || kind === undefined) return [];
    const fault = this.faults.get(this.questions.length);
    this.questions.push(kind);
    const act = (): readonly DomainCommand[] => this.#act(kind, data as Question);
    switch (fault) {
      case 'lost':
        return [];
      case 'unanswered':
        act();
        return [];
      case 'twice':
        return [...act(), ...act()];
      case 'late':
        this.late.push(act);
        return [];
      case 'too late':
        this.tooLate.push(act);
        return [];
      case 'contradicted':
        return [...act(), answer(data as Question, { status: 'refused', available: 0, reason: 'confused' })];
      case undefined:
        return act();
    }
  }

  /** units that are reserved for an order, by SKU */
  reserved(orderId: string): Readonly<Record<string, number>> {
    const found = [...this.#reserved].filter(([key, units]) => key.startsWith(`${orderId} `) && units > 0);
    return Object.fromEntries(found.map(([key, units]) => [key.slice(orderId.length + 1), units]));
  }

  #act(kind: Kind, question: Question): readonly DomainCommand[] {
    const { orderId, sku, quantity } = question;
    const key = `${orderId} ${sku}`;
    const held = this.#reserved.get(key) ?? 0;
    const free = this.#free.get(sku) ?? 0;
    if (kind === 'release') {
      this.#free.set(sku, free + held);
      this.#reserved.set(key, 0);
      return [answer(question, { status: 'released' })];
    }
    if (held > 0) return [answer(question, { status: 'reserved' })];
    if (free < quantity)
      return [answer(question, { status: 'refused', available: free, reason: 'out_of_stock' })];
    this.#free.set(sku, free - quantity);
    this.#reserved.set(key, quantity);
    return [answer(question, { status: 'reserved' })];
  }
}

const answer = ({ orderId, sku }: Question, result: object): DomainCommand => ({
  type: 'RecordStockResult',
  data: { orderId, sku, result },
});
