// Keys of the console: they belong to the page that is shown, and to no text that a person types.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useHotkey } from './hotkeys.js';

let pressed: string[];
beforeEach(() => {
  pressed = [];
});
afterEach(cleanup);

function Page({ name, hotkey }: { readonly name: string; readonly hotkey: string }) {
  useHotkey(hotkey, () => {
    pressed.push(name);
  });
  return (
    <>
      <p>{name}</p>
      <input aria-label="Filter" />
      <dialog open>
        <button type="button">Confirm</button>
      </dialog>
    </>
  );
}

test('a key of a page that is left does nothing on the next', () => {
  const { rerender } = render(<Page key="tail" name="tail" hotkey=" " />);
  fireEvent.keyDown(document.body, { key: ' ' });
  rerender(<Page key="moments" name="moments" hotkey="j" />);
  fireEvent.keyDown(document.body, { key: ' ' });
  fireEvent.keyDown(document.body, { key: 'j' });
  expect(pressed).toEqual(['tail', 'moments']);
});

test('a key in a field or a dialog, or with Ctrl, Alt or ⌘, is none', () => {
  render(<Page name="tail" hotkey="j" />);
  fireEvent.keyDown(screen.getByLabelText('Filter'), { key: 'j' });
  fireEvent.keyDown(screen.getByText('Confirm'), { key: 'j' });
  for (const modifier of ['ctrlKey', 'altKey', 'metaKey'])
    fireEvent.keyDown(document.body, { key: 'j', [modifier]: true });
  expect(pressed).toEqual([]);
});
