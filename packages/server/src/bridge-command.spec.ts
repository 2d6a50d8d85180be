// The figures that `holdfast bridge status` reads from the metrics.
import { describe, expect, test } from '@jest/globals';
import { statusOf } from './bridge-command.js';

const of = (consumer: string, position: number, caughtUp: 0 | 1, lag: number): string => `
holdfast_parked_events{consumer="${consumer}"} 2
holdfast_subscription_position{consumer="${consumer}"} ${position}
holdfast_subscription_caught_up{consumer="${consumer}"} ${caughtUp}
holdfast_subscription_lag_events{consumer="${consumer}"} ${lag}
holdfast_subscription_lag_seconds{consumer="${consumer}"} 61.4`;

describe('the status of a bridge', () => {
  test('that is behind › shows position, lag and parked events', () => {
    expect(statusOf(of('reactor-mail', 7, 1, 0) + of('reactor-bridge', 120, 0, 30))).toEqual({
      lines: ['Position   120', 'Lag        30 events wait, the first is 61 s old', 'Parked     2'],
      isFaulted: false,
    });
  });

  test('that has caught up › shows no lag', () => {
    expect(statusOf(of('reactor-bridge', 120, 1, 0)).lines[1]).toBe('Lag        none');
  });

  test('that Kafka refuses › says why, and has failed', () => {
    const faulted = '\nholdfast_reactor_faulted{consumer="reactor-bridge",fault="password"} 1';
    const { lines, isFaulted } = statusOf(of('reactor-bridge', 120, 0, 30) + faulted);
    expect(lines[3]).toMatch(/^Fault {6}Kafka refuses name and password: /);
    expect(isFaulted).toBe(true);
  });

  test('of a program without a bridge › says so', () => {
    expect(() => statusOf(of('reactor-mail', 7, 1, 0))).toThrow('that program runs no bridge');
  });
});
