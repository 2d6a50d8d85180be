// The figures that `holdfast bridge status` reads from the metrics.
import { describe, expect, test } from '@jest/globals';
import { statusOf } from './bridge-command.js';

const of = (consumer: string, position: number, caughtUp: 0 | 1, lag: number): string => `
holdfast_parked_events{consumer="${consumer}"} 2
holdfast_subscription_position{consumer="${consumer}"} ${position}
holdfast_subscription_caught_up{consumer="${consumer}"} ${caughtUp}
holdfast_subscription_lag_events{consumer="${consumer}"} ${lag}
holdfast_subscription_lag_seconds{consumer="${consumer}"} 61.4`;

const modes = (format: string): string =>
  `\nholdfast_bridge_info{delivery="exactly-once",format="${format}"} 1`;

describe('the status of a bridge', () => {
  test('that is behind › shows position, lag and parked events', () => {
    const metrics =
      of('reactor-mail', 7, 1, 0) + of('reactor-bridge', 120, 0, 30) + modes('avro-with-registry');
    expect(statusOf(metrics)).toEqual({
      lines: [
        'Delivery   exactly once, Avro with a registry',
        'Position   120',
        'Lag        30 events wait, the first is 61 s old',
        'Parked     2',
      ],
      isFaulted: false,
    });
  });

  test('that has caught up › shows no lag', () => {
    expect(statusOf(of('reactor-bridge', 120, 1, 0)).lines[2]).toBe('Lag        none');
  });

  test('that another process runs › says that it alone knows more, and has not failed', () => {
    const { lines, isFaulted } = statusOf(of('reactor-bridge', 120, 0, 30));
    expect(lines[0]).toBe('Runs       in another process, which alone knows its delivery and its fault');
    expect(isFaulted).toBe(false);
  });

  test('that Kafka refuses › says why, and has failed', () => {
    const faulted = '\nholdfast_reactor_faulted{consumer="reactor-bridge",fault="password"} 1';
    const { lines, isFaulted } = statusOf(of('reactor-bridge', 120, 0, 30) + faulted);
    expect(lines[4]).toMatch(/^Fault {6}Kafka refuses name and password: /);
    expect(isFaulted).toBe(true);
  });

  test('of a program without a bridge › says so', () => {
    expect(() => statusOf(of('reactor-mail', 7, 1, 0))).toThrow('that program runs no bridge');
  });
});
