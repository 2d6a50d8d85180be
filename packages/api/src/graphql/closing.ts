// The shutdown of the API: waiting mutations return the present state before connections end.
import { Injectable, type OnModuleDestroy } from '@nestjs/common';

@Injectable()
export class Closing implements OnModuleDestroy {
  readonly #controller = new AbortController();
  /** aborted when the API closes */
  readonly signal: AbortSignal = this.#controller.signal;

  onModuleDestroy(): void {
    this.#controller.abort();
  }
}
