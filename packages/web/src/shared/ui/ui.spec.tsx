// Forms and countdowns as people and screen readers meet them.
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { act, cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { Countdown, spokenAt } from './countdown.js';
import { fieldErrors, useForm, type Errors } from './form.js';
import { Button, Field } from './ui.js';

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  jest.useRealTimers();
});

type Name = 'city' | 'postalCode';

function Address({ send }: { readonly send: () => Promise<Errors<Name>> }) {
  const form = useForm<Name>({
    initial: { city: '', postalCode: '' },
    check: ({ city }) => (city.length < 3 ? { city: 'Too short' } : {}),
    draft: 'spec.address',
  });
  return (
    <form ref={form.ref} onSubmit={form.submit(send)} noValidate>
      <Field label="City" {...form.field('city')} />
      <Field label="Postal code" {...form.field('postalCode')} />
      <Button type="submit" busy={form.busy}>
        Send
      </Button>
    </form>
  );
}

const nothingWrong = () => Promise.resolve({});

describe('a form', () => {
  test('shows the error when the field is left, not at the first key', async () => {
    render(<Address send={nothingWrong} />);
    await userEvent.type(screen.getByLabelText('City'), 'U');
    expect(screen.queryByText('Too short')).toBeNull();
    await userEvent.tab();
    const city = screen.getByLabelText('City');
    expect(screen.getByText('Too short')).toBeTruthy();
    expect(city.getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(city.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'Too short',
    );
  });

  test('that the server refuses keeps its values and puts the focus on the first wrong field', async () => {
    const send = () =>
      Promise.resolve(fieldErrors(['shippingAddress.postalCode'], ['postalCode'], 'Not there'));
    render(<Address send={send} />);
    await userEvent.type(screen.getByLabelText('City'), 'Utrecht');
    await userEvent.click(screen.getByRole('button'));
    await screen.findByText('Not there');
    expect(screen.getByLabelText<HTMLInputElement>('City').value).toBe('Utrecht');
    await act(() => new Promise(requestAnimationFrame));
    expect(document.activeElement).toBe(screen.getByLabelText('Postal code'));
  });

  test('is sent once however often its button is pressed', async () => {
    let sent = 0;
    let answer: (errors: Errors<Name>) => void = () => undefined;
    const send = () => {
      sent += 1;
      return new Promise<Errors<Name>>((resolve) => (answer = resolve));
    };
    render(<Address send={send} />);
    await userEvent.type(screen.getByLabelText('City'), 'Utrecht');
    await userEvent.dblClick(screen.getByRole('button'));
    await userEvent.click(screen.getByRole('button'));
    expect(sent).toBe(1);
    await act(() => {
      answer({});
      return Promise.resolve();
    });
  });

  test('has the typed text again after a reload', async () => {
    const { unmount } = render(<Address send={nothingWrong} />);
    await userEvent.type(screen.getByLabelText('City'), 'Utrecht');
    unmount();
    render(<Address send={nothingWrong} />);
    expect(screen.getByLabelText<HTMLInputElement>('City').value).toBe('Utrecht');
  });
});

describe('a countdown', () => {
  const at = (now: () => number) => (
    <Countdown
      deadline="2026-01-01T00:10:00.000Z"
      spoken={(m) => `${m} minutes left`}
      over="over"
      now={now}
    />
  );
  const tick = () => {
    act(() => {
      jest.advanceTimersByTime(1_000);
    });
  };
  const start = Date.parse('2026-01-01T00:00:00.000Z');

  test('ticks by the clock of the server, and not for screen readers', () => {
    jest.useFakeTimers();
    let now = start;
    render(at(() => now));
    expect(screen.getByText('10:00').getAttribute('aria-hidden')).toBe('true');
    expect(screen.getByRole('status').textContent).toBe('');
    now = start + 5 * 60_000;
    tick();
    expect(screen.getByText('5:00')).toBeTruthy();
    expect(screen.getByRole('status').textContent).toBe('5 minutes left');
    now = start + 9 * 60_000 + 30_000;
    tick();
    expect(screen.getByRole('status').textContent).toBe('1 minutes left');
    now = start + 11 * 60_000;
    tick();
    expect(screen.getByText('0:00')).toBeTruthy();
    expect(screen.getByRole('status').textContent).toBe('over');
  });

  test.each([
    [301, null],
    [300, 5],
    [61, 5],
    [60, 1],
    [1, 1],
    [0, null],
  ])('at %s seconds it speaks of %s minutes', (seconds, minutes) => {
    expect(spokenAt(seconds)).toBe(minutes);
  });
});
