// The last step of each checkout, by correlation id: the commands of the checkout follow from it.
const rememberedSteps = 10_000;

export type RecentSteps = {
  /** The id of the step's span. */
  get(this: void, correlationId: string): string | undefined;
  remember(this: void, correlationId: string, spanId: string): void;
};

export function createRecentSteps(): RecentSteps {
  const steps = new Map<string, string>();
  return {
    get: (correlationId) => steps.get(correlationId),
    remember(correlationId, spanId) {
      steps.delete(correlationId);
      steps.set(correlationId, spanId);
      if (steps.size > rememberedSteps) for (const [oldest] of steps) return void steps.delete(oldest);
    },
  };
}
