// Links, navigation and search parameters of the console. The library knows the routes of one router alone, the
// storefront's; here a page declares the parameters that it reads.
import {
  Link as RouterLink,
  useNavigate,
  useParams,
  useSearch as useRouterSearch,
} from '@tanstack/react-router';
import { useCallback, type ComponentProps, type ReactNode } from 'react';
import type { Search } from '../search.js';

export type To = {
  readonly to: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly search?: Readonly<Record<string, string | undefined>>;
  readonly replace?: boolean;
};

type LinkProps = To &
  Omit<ComponentProps<'a'>, 'href'> & {
    readonly activeOptions?: { readonly exact?: boolean; readonly includeSearch?: boolean };
  };

export const Link = RouterLink as unknown as (props: LinkProps) => ReactNode;

export function useGo(): (to: To) => void {
  const navigate = useNavigate();
  return useCallback(
    (to) => {
      void navigate(to as never);
    },
    [navigate],
  );
}

const useAnySearch = (): Search => {
  const search: unknown = useRouterSearch({ strict: false });
  return search as Search;
};
const useAnyParams = (): Readonly<Record<string, string>> => {
  const params: unknown = useParams({ strict: false });
  return params as Readonly<Record<string, string>>;
};

export const useSearch = <Known,>(read: (search: Search) => Known): Known => read(useAnySearch());

export const useParam = (name: string): string => useAnyParams()[name] ?? '';

/** The filters of a page, and a function that changes one of them in the URL. */
export function useFilters<Known extends object>(
  path: string,
  read: (search: Search) => Known,
): readonly [Known, (name: string, value: string) => void] {
  const search = useSearch(read);
  const go = useGo();
  return [
    search,
    (name, value) => {
      go({ to: path, search: { ...search, [name]: value === '' ? undefined : value }, replace: true });
    },
  ];
}
