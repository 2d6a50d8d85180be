// The filters above a list: their values are in the URL, and can be stored under a name on the server.
import { useState, type ReactNode } from 'react';
import { useMutation, useQuery } from 'urql';
import { Button, Field } from '../../shared/ui/ui.js';
import { SaveViewsDocument, ViewsDocument } from '../generated/graphql.js';
import { Link } from './link.js';
import { styles, Toolbar } from './parts.js';

/** Ages to choose from, in seconds. */
export const ages = [
  ['60', 'a minute'],
  ['900', '15 minutes'],
  ['3600', 'an hour'],
  ['86400', 'a day'],
  ['604800', 'a week'],
] as const;

/** An age in the URL as the API takes it. Anything else than a whole number is no filter. */
export const secondsOf = (age: string | undefined): number | null =>
  age !== undefined && /^\d{1,9}$/.test(age) ? Number(age) : null;

type SelectProps = {
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [value: string, text: string])[];
  /** The text of the choice of nothing; null when something has to be chosen. */
  readonly none?: string | null;
  readonly onChange: (value: string) => void;
};

export const Select = ({ label, value = '', options, none = 'All', onChange }: SelectProps) => (
  <Field
    label={label}
    control={(tied) => (
      <select
        {...tied}
        value={value}
        onChange={({ target }) => {
          onChange(target.value);
        }}
      >
        {none !== null && <option value="">{none}</option>}
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    )}
  />
);

type TypedProps = {
  readonly label: string;
  readonly value: string | undefined;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
};

/** A filter that is typed: it goes into the URL with Enter, or when the field is left. */
export function Typed({ label, value = '', placeholder, onChange }: TypedProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  const done = (): void => {
    if (typed.trim() !== value) onChange(typed.trim());
  };
  return (
    <Field
      label={label}
      placeholder={placeholder}
      value={typed}
      autoComplete="off"
      spellCheck={false}
      onChange={({ target }) => {
        setTyped(target.value);
      }}
      onBlur={done}
      onKeyDown={({ key }) => {
        if (key === 'Enter') done();
      }}
    />
  );
}

type View = {
  readonly name: string;
  readonly page: string;
  readonly search: Readonly<Record<string, string>>;
};
type Preferences = Readonly<Record<string, unknown>>;

const viewsIn = (preferences: unknown): readonly View[] => {
  const { views } = (preferences ?? {}) as { readonly views?: unknown };
  return Array.isArray(views) ? (views as readonly View[]) : [];
};

type FiltersProps = {
  readonly page: string;
  readonly search: Readonly<Record<string, string | undefined>>;
  readonly children: ReactNode;
};

export function Filters({ page, search, children }: FiltersProps) {
  return (
    <>
      <Toolbar>
        {children}
        <SaveView page={page} search={search} />
      </Toolbar>
      <SavedViews page={page} />
    </>
  );
}

function SaveView({ page, search }: Omit<FiltersProps, 'children'>) {
  const [{ data }] = useQuery({ query: ViewsDocument });
  const [, save] = useMutation(SaveViewsDocument);
  const set = Object.entries(search).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (set.length === 0 || data?.me === undefined || data.me === null) return null;
  const preferences = data.me.preferences as Preferences;
  const name = set.map(viewName).join(', ');
  const known = viewsIn(preferences);
  if (known.some((view) => view.page === page && view.name === name)) return null;
  return (
    <Button
      onClick={() =>
        void save({
          preferences: { ...preferences, views: [...known, { name, page, search: Object.fromEntries(set) }] },
        })
      }
    >
      Save view
    </Button>
  );
}

/** The filter in words: `reserved`, `older than an hour`. */
const viewName = ([name, value]: readonly [string, string]): string =>
  name === 'olderThan'
    ? `older than ${ages.find(([seconds]) => seconds === value)?.[1] ?? `${value} s`}`
    : value.toLowerCase().replaceAll('_', ' ');

function SavedViews({ page }: { readonly page: string }) {
  const [{ data }] = useQuery({ query: ViewsDocument });
  const [, save] = useMutation(SaveViewsDocument);
  const preferences = (data?.me?.preferences ?? {}) as Preferences;
  const all = viewsIn(preferences);
  const views = all.filter((view) => view.page === page);
  if (views.length === 0) return null;
  return (
    <ul className={styles.views} aria-label="Saved views">
      {views.map((view) => (
        <li key={view.name}>
          <Link to={page} search={view.search}>
            {view.name}
          </Link>
          <button
            type="button"
            aria-label={`Forget the view ${view.name}`}
            onClick={() =>
              void save({ preferences: { ...preferences, views: all.filter((other) => other !== view) } })
            }
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
