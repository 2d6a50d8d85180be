// A previewed set of parked events, frozen in a token: a run that is started with the token is refused when the set has
// changed. The token holds the selection and a digest of the ids, so that any process can check it.
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Parked } from '@holdfast/projections';
import type { Projections } from '@holdfast/runtime';
import { documents, largestPage, type Pause } from '../../graphql/connections.js';
import { badInput, graphQLError } from '../../graphql/errors.js';
import { given } from '../../graphql/inputs.js';
import type { ParkedSelection } from '../../graphql/schema.types.js';
import { collections, parkedOf } from '../../queries/read-models.js';

/** One event of the log holds the ids of a run. */
export const largestSet = 5_000;
const longestToken = 200_000;
const sampleSize = 10;

type Chosen = { readonly ids?: readonly string[]; readonly consumer?: string };

/** @throws GraphQLError BAD_USER_INPUT, TOO_MUCH_TO_READ */
export async function previewOf(reads: Projections, selection: ParkedSelection, pause: Pause) {
  const chosen = chosenBy(selection);
  const found = await parkedBy(reads, chosen, pause);
  return { count: found.length, sample: found.slice(0, sampleSize), token: tokenOf(chosen, found) };
}

/** The ids of the set, in the order of the log. @throws GraphQLError SET_CHANGED */
export async function frozenSet(reads: Projections, token: string, expectedCount: number, pause: Pause) {
  const { chosen, digest } = readToken(token);
  const found = await parkedBy(reads, chosen, pause);
  if (found.length !== expectedCount || digestOf(found) !== digest)
    throw graphQLError(
      'SET_CHANGED',
      'the parked events are not those of the preview any more: make a new preview',
    );
  return found.map(({ id }) => id);
}

function chosenBy({ ids, consumer }: ParkedSelection): Chosen {
  if (!given(ids) && !given(consumer)) throw badInput('selection: needs ids, or a consumer');
  if (given(ids) && ids.length > largestPage * 10) throw badInput('ids: at most 1000');
  return { ...(given(ids) && { ids }), ...(given(consumer) && { consumer }) };
}

async function parkedBy(
  reads: Projections,
  { ids, consumer }: Chosen,
  pause: Pause,
): Promise<readonly Parked[]> {
  const isOf = (parked: Parked): boolean => consumer === undefined || parked.consumer === consumer;
  if (ids !== undefined) {
    const found = await reads.getMany<Parked>(collections.parked, [...new Set(ids)]);
    return found.filter((parked) => parked !== null && isOf(parked)).sort(byPosition) as readonly Parked[];
  }
  const all: Parked[] = [];
  const list = documents<Parked>(reads, collections.parked, parkedOf(consumer ?? null), undefined, pause);
  for await (const { document } of list) {
    if (all.length === largestSet)
      throw graphQLError('TOO_MUCH_TO_READ', `more than ${largestSet} events are parked there: choose fewer`);
    all.push(document);
  }
  return all;
}

const byPosition = (a: Parked | null, b: Parked | null): number => (a?.position ?? 0) - (b?.position ?? 0);

const digestOf = (found: readonly Parked[]): string =>
  createHash('sha256')
    .update(
      found
        .map(({ id }) => id)
        .sort()
        .join('\n'),
    )
    .digest('base64url');

const tokenOf = (chosen: Chosen, found: readonly Parked[]): string =>
  deflateRawSync(JSON.stringify({ chosen, digest: digestOf(found) })).toString('base64url');

function readToken(token: string): { readonly chosen: Chosen; readonly digest: string } {
  try {
    const text = inflateRawSync(Buffer.from(token, 'base64url'), {
      maxOutputLength: longestToken,
    }).toString();
    const { chosen, digest } = JSON.parse(text) as { readonly chosen: Chosen; readonly digest: string };
    if (typeof digest === 'string') return { chosen: chosenBy(chosen as ParkedSelection), digest };
  } catch {
    // Not a token of ours: the error below reports that.
  }
  throw badInput('token: is none that parkedPreview returned');
}
