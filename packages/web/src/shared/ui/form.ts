// Forms: values are never lost, even by a reload; a field is checked when it is left, not at the first key; after a
// refusal the focus is on the first field that is wrong.
import { useRef, useState, type ChangeEvent, type SyntheticEvent, type RefObject } from 'react';

export type Errors<Name extends string> = Partial<Record<Name, string>>;

type Options<Name extends string> = {
  readonly initial: Readonly<Record<Name, string>>;
  /** The error texts by field. */
  readonly check: (values: Readonly<Record<Name, string>>) => Errors<Name>;
  /** Keeps typed text for this tab under this name. Never for passwords. */
  readonly draft?: string;
};

export type Form<Name extends string> = {
  readonly values: Readonly<Record<Name, string>>;
  readonly busy: boolean;
  readonly ref: RefObject<HTMLFormElement | null>;
  set(name: Name, value: string): void;
  field(name: Name): {
    readonly name: Name;
    readonly value: string;
    readonly error: string | undefined;
    readonly onChange: (
      event: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>,
    ) => void;
    readonly onBlur: () => void;
  };
  /** Runs the action once at a time; the errors that it returns stand at their fields. */
  submit(
    action: (values: Readonly<Record<Name, string>>) => Promise<Errors<Name> | undefined>,
  ): (event: SyntheticEvent) => void;
};

const draftOf = (key: string | undefined): object => {
  try {
    return key === undefined ? {} : (JSON.parse(sessionStorage.getItem(key) ?? '{}') as object);
  } catch {
    // An unreadable draft is no draft.
    return {};
  }
};

export function useForm<Name extends string>({ initial, check, draft }: Options<Name>): Form<Name> {
  const [values, setValues] = useState(() => ({ ...initial, ...draftOf(draft) }));
  const [left, setLeft] = useState<ReadonlySet<Name>>(new Set());
  const [refused, setRefused] = useState<Errors<Name>>({});
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const ref = useRef<HTMLFormElement>(null);
  const wrong = check(values);

  const set = (name: Name, value: string): void => {
    setValues((before) => {
      const after = { ...before, [name]: value };
      if (draft !== undefined) sessionStorage.setItem(draft, JSON.stringify(after));
      return after;
    });
    setRefused(({ [name]: _corrected, ...others }) => others as Errors<Name>);
  };

  const focusFirst = (errors: Errors<Name>): void => {
    const names = Object.keys(errors);
    requestAnimationFrame(() => {
      const fields = [...(ref.current?.elements ?? [])] as HTMLInputElement[];
      fields.find(({ name }) => names.includes(name))?.focus();
    });
  };

  return {
    values,
    busy,
    ref,
    set,
    field: (name) => ({
      name,
      value: values[name],
      error: refused[name] ?? (left.has(name) ? wrong[name] : undefined),
      onChange: (event) => {
        set(name, event.target.value);
      },
      onBlur: () => {
        if (values[name] === '') return;
        whenReleased(() => {
          setLeft((before) => new Set([...before, name]));
        });
      },
    }),
    submit: (action) => (event) => {
      event.preventDefault();
      if (running.current) return;
      setLeft(new Set(Object.keys(initial) as Name[]));
      if (Object.keys(wrong).length > 0) {
        focusFirst(wrong);
        return;
      }
      running.current = true;
      setBusy(true);
      void action(values)
        .then((errors = {}) => {
          setRefused(errors);
          if (Object.keys(errors).length > 0) focusFirst(errors);
          else if (draft !== undefined) sessionStorage.removeItem(draft);
        })
        .finally(() => {
          running.current = false;
          setBusy(false);
        });
    },
  };
}

let isPressed = false;
for (const type of ['pointerdown', 'pointerup', 'pointercancel'] as const)
  window.addEventListener(
    type,
    () => {
      isPressed = type === 'pointerdown';
    },
    { capture: true },
  );

/** Calls at once, or after the click that is under way: a message that appears must not move the button from under it. */
function whenReleased(call: () => void): void {
  if (!isPressed) {
    call();
    return;
  }
  const released = new AbortController();
  const later = (): void => {
    released.abort();
    // The click comes after the release.
    setTimeout(call);
  };
  for (const type of ['pointerup', 'pointercancel'] as const)
    window.addEventListener(type, later, { signal: released.signal });
}

/** The server's paths (`shippingAddress.postalCode`) as names of fields, with its words. */
export function fieldErrors<Name extends string>(
  fields: readonly string[],
  names: readonly Name[],
  message: string,
): Errors<Name> {
  const errors: Errors<Name> = {};
  for (const path of fields) {
    const name = names.find((candidate) => candidate === path.split('.').at(-1));
    if (name !== undefined) errors[name] = message;
  }
  return errors;
}
