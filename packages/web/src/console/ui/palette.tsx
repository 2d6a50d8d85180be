// The command palette: every page with its keys, and a way to an order by its id. Opens with Ctrl-K or ⌘K.
import { useGo } from './link.js';
import { useEffect, useState } from 'react';
import {
  Autocomplete,
  Dialog,
  Input,
  Menu,
  MenuItem,
  Modal,
  ModalOverlay,
  SearchField,
  useFilter,
} from 'react-aria-components';
import type { Destination } from '../navigation.js';
import styles from './palette.module.css';

type Props = { readonly pages: readonly Destination[] };

/** Looks like the id of an order. */
const isId = (text: string): boolean => /^[0-9a-f-]{16,}$/i.test(text.trim());

export function Palette({ pages }: Props) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    window.addEventListener('keydown', pressed);
    return () => {
      window.removeEventListener('keydown', pressed);
    };
  }, []);
  return (
    <>
      <button
        type="button"
        className={styles.open}
        onClick={() => {
          setOpen(true);
        }}
      >
        Go to … <kbd>Ctrl K</kbd>
      </button>
      <ModalOverlay isOpen={isOpen} onOpenChange={setOpen} isDismissable className={styles.back ?? ''}>
        <Modal className={styles.palette ?? ''}>
          <Dialog aria-label="Go to">
            <Commands
              pages={pages}
              onDone={() => {
                setOpen(false);
              }}
            />
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}

function Commands({ pages, onDone }: Props & { readonly onDone: () => void }) {
  const go = useGo();
  const { contains } = useFilter({ sensitivity: 'base' });
  const [typed, setTyped] = useState('');
  const id = typed.trim();
  return (
    <Autocomplete
      filter={(text, input) => isId(input) || contains(text, input)}
      inputValue={typed}
      onInputChange={setTyped}
    >
      <SearchField aria-label="Page, or the id of an order" autoFocus className={styles.search ?? ''}>
        <Input placeholder="Page, or the id of an order" />
      </SearchField>
      <Menu
        className={styles.list ?? ''}
        aria-label="Commands"
        onAction={(key) => {
          onDone();
          const to = String(key);
          if (to === 'order') go({ to: '/orders/$id', params: { id } });
          else if (to === 'saga') go({ to: '/sagas/$id', params: { id } });
          else go({ to });
        }}
      >
        {isId(typed) && (
          <MenuItem id="order" textValue={typed} className={styles.item ?? ''}>
            Order {id}
          </MenuItem>
        )}
        {isId(typed) && (
          <MenuItem id="saga" textValue={typed} className={styles.item ?? ''}>
            Saga of order {id}
          </MenuItem>
        )}
        {pages.map(({ to, name, hotkey }) => (
          <MenuItem key={to} id={to} textValue={name} className={styles.item ?? ''}>
            {name} <kbd>g {hotkey}</kbd>
          </MenuItem>
        ))}
      </Menu>
    </Autocomplete>
  );
}
