// The time that is left until a deadline of the server. Its ticking is not for screen readers: they hear it at five minutes
// and at one.
import { useEffect, useState } from 'react';
import { serverNow } from '../api/server-clock.js';
import { Hidden } from './ui.js';

const spokenMinutes = [1, 5];
const tickMs = 1_000;

type Props = {
  readonly deadline: string;
  readonly className?: string | undefined;
  /** For screen readers. */
  readonly spoken: (minutes: number) => string;
  readonly over: string;
  readonly now?: () => number;
};

const clockOf = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** The longest of the spoken times that the rest has come down to; null before all of them, or when it is over. */
export function spokenAt(seconds: number): number | null {
  if (seconds <= 0) return null;
  return spokenMinutes.find((minutes) => seconds <= minutes * 60) ?? null;
}

export function Countdown({ deadline, className, spoken, over, now = serverNow }: Props) {
  const left = (): number => Math.max(0, Math.ceil((Date.parse(deadline) - now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => {
      setSeconds(left());
    }, tickMs);
    return () => {
      clearInterval(timer);
    };
    // `left` reads the deadline and the clock, and nothing else
  }, [deadline, now]);
  const minutes = spokenAt(seconds);
  return (
    <>
      <span
        className={className}
        aria-hidden="true"
        data-urgent={(seconds > 0 && seconds <= 60) || undefined}
      >
        {clockOf(seconds)}
      </span>
      <Hidden>
        <span role="status">{seconds === 0 ? over : minutes === null ? '' : spoken(minutes)}</span>
      </Hidden>
    </>
  );
}
