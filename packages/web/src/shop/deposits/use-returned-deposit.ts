// For a customer who is back from the gateway's page: asks for the outcome of the deposit until it is decided.
import { useEffect, useEffectEvent, useState } from 'react';
import { pendingDeposit } from './pending-deposit.js';
import { useDeposits, type DepositOutcome } from './use-deposit.js';

const againMs = 1_500;

/** Null when no deposit of this order (or of none) is under way. `settled` is called once, with how it ended. */
export function useReturnedDeposit(
  orderId: string | null,
  settled: (outcome: DepositOutcome) => void,
): DepositOutcome | null {
  const { follow } = useDeposits();
  const [outcome, setOutcome] = useState<DepositOutcome | null>(() => {
    const begun = pendingDeposit.get();
    return begun?.isAway === true && begun.orderId === orderId ? { kind: 'checking' } : null;
  });
  const ask = useEffectEvent(async (isGone: () => boolean): Promise<boolean> => {
    const begun = pendingDeposit.get();
    if (begun === null || begun.orderId !== orderId) {
      setOutcome(null);
      return true;
    }
    const next = await follow(begun);
    if (isGone()) return true;
    setOutcome(next);
    const isOpen = next.kind === 'checking' || next.kind === 'unreachable';
    if (!isOpen && next.kind !== 'away') settled(next);
    return !isOpen;
  });
  const isUnderWay = outcome?.kind === 'checking' || outcome?.kind === 'unreachable';
  useEffect(() => {
    if (!isUnderWay) return undefined;
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const isOver = await ask(() => isGone);
      if (!isOver && !isGone) timer = setTimeout(() => void look(), againMs);
    };
    void look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [isUnderWay]);
  return outcome;
}
