// A list that is read on at its end: each of its pages has a query of its own.
import { Fragment, useState, type ReactNode } from 'react';

/** `after`: the cursor behind which the page begins, null for the first. `onMore`: adds the next; null but for the last page. */
export type PageProps = {
  readonly after: string | null;
  readonly onMore: ((cursor: string) => void) | null;
};

export function Pages({ children }: { readonly children: (page: PageProps) => ReactNode }) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const onMore = (cursor: string): void => {
    setCursors([...cursors, cursor]);
  };
  return cursors.map((after, n) => (
    <Fragment key={after ?? ''}>
      {children({ after, onMore: n === cursors.length - 1 ? onMore : null })}
    </Fragment>
  ));
}
