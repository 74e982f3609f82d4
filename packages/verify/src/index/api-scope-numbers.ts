import type { ApiScope } from '@tollkeeper/contract';
import { type ApiScopes, NO_API_SCOPES } from '../scope-set.ts';
import {
  acquireText,
  createInternedTexts,
  findText,
  type InternedTexts,
  releaseText,
  textOf,
} from './interned-texts.ts';
import {
  createPackedNumbers,
  PACKED_NUMBER_MAX,
  PACKED_NUMBERS_MAX,
  type PackedNumbers,
  SINGLE,
} from './packed-numbers.ts';

/**
 * API scopes by number within their organization, so that a key of up to six of them stores their
 * numbers itself, in at most 8 bytes. A larger set is stored once, however many keys have it. By
 * number of the organization; only those with keys that have API scopes are in it.
 */
export type ApiScopeNumbers = (OrganizationApiScopes | undefined)[];

interface OrganizationApiScopes {
  /** Counted by the keys and the sets that hold them. */
  readonly names: InternedTexts;
  /** Each as a text of one UTF-16 unit for each number. */
  readonly sets: InternedTexts;
  /** By number of the set, of those that a call asked for: to make one of a hundred names takes 5 µs. */
  readonly readSets: (ApiScopes | undefined)[];
}

/** In place of the number of a set: all API scopes, whichever there are. */
const ALL = 0;
/** What one UTF-16 unit can name. */
const NUMBERS_MAX = 0xffff;

const NONE: PackedNumbers = createPackedNumbers();
const scratch = createPackedNumbers();

/**
 * What stands for these API scopes in the record of a key, with one use more. It does until the next
 * call: one object serves all keys, which are written one after the other.
 * @throws RangeError past 65,535 API scopes of one organization
 */
export function acquireApiScopeNumbers(
  numbers: ApiScopeNumbers,
  organization: number,
  scopes: ApiScopes,
): PackedNumbers {
  if (scopes === 'all') return single(ALL);
  if (scopes.size === 0) return NONE;
  const known = numbers[organization] ?? createOrganizationApiScopes();
  const { names, sets } = known;
  if (names.ids.size + scopes.size > NUMBERS_MAX) {
    throw new RangeError(
      `The index is full: it holds ${NUMBERS_MAX} API scopes of an organization`,
    );
  }
  numbers[organization] = known;
  if (scopes.size <= PACKED_NUMBERS_MAX && acquireFew(names, scopes)) return scratch;
  const set = findSet(known, scopes);
  if (set !== undefined) return single(acquireText(sets, set));
  const added = Array.from(scopes, (name) => acquireText(names, name));
  return single(acquireText(sets, String.fromCharCode(...added)));
}

function createOrganizationApiScopes(): OrganizationApiScopes {
  return { names: createInternedTexts(), sets: createInternedTexts(), readSets: [] };
}

/** One use less of what stands for API scopes of the organization. */
export function releaseApiScopeNumbers(
  numbers: ApiScopeNumbers,
  organization: number,
  packed: PackedNumbers,
): void {
  const known = numbers[organization];
  if (!known || standsForAll(packed)) return;
  if (packed.form === SINGLE) releaseSet(known, packed.numbers[0] ?? 0);
  else for (let i = 0; i < packed.form; i++) releaseText(known.names, packed.numbers[i] ?? 0);
  // Before the number of the organization means another one.
  if (known.names.ids.size === 0) numbers[organization] = undefined;
}

/** The API scopes that the numbers stand for. */
export function numberedApiScopes(
  numbers: ApiScopeNumbers,
  organization: number,
  packed: PackedNumbers,
): ApiScopes {
  if (standsForAll(packed)) return 'all';
  const known = numbers[organization];
  if (!known) return NO_API_SCOPES;
  if (packed.form === SINGLE) return readSet(known, packed.numbers[0] ?? 0);
  const scopes = new Set<ApiScope>();
  for (let i = 0; i < packed.form; i++) scopes.add(nameOf(known, packed.numbers[i] ?? 0));
  return scopes;
}

function readSet(known: OrganizationApiScopes, number: number): ApiScopes {
  const before = known.readSets[number];
  if (before) return before;
  const set = textOf(known.sets, number);
  const scopes = new Set<ApiScope>();
  for (let i = 0; i < set.length; i++) scopes.add(nameOf(known, set.charCodeAt(i)));
  known.readSets[number] = scopes;
  return scopes;
}

/** Only names of API scopes are acquired. */
function nameOf({ names }: OrganizationApiScopes, number: number): ApiScope {
  return textOf(names, number) as ApiScope;
}

/** Whether the numbers stand for all that is required. Makes no set of them. */
export function includesNumbered(
  numbers: ApiScopeNumbers,
  organization: number,
  packed: PackedNumbers,
  required: ApiScopes,
): boolean {
  if (standsForAll(packed)) return true;
  if (required === 'all') return false;
  const known = numbers[organization];
  for (const name of required) {
    const number = known ? findText(known.names, name) : 0;
    if (!known || number === 0 || !hasNumber(known, packed, number)) return false;
  }
  return true;
}

function hasNumber(
  { sets }: OrganizationApiScopes,
  { form, numbers }: PackedNumbers,
  number: number,
): boolean {
  if (form === SINGLE) return textOf(sets, numbers[0] ?? 0).includes(String.fromCharCode(number));
  for (let i = 0; i < form; i++) if (numbers[i] === number) return true;
  return false;
}

/** False, with nothing acquired, where a number is too large to be packed. */
function acquireFew(names: InternedTexts, scopes: ReadonlySet<ApiScope>): boolean {
  let count = 0;
  for (const name of scopes) {
    const number = acquireText(names, name);
    scratch.numbers[count++] = number;
    if (number <= PACKED_NUMBER_MAX) continue;
    while (count > 0) releaseText(names, scratch.numbers[--count] ?? 0);
    return false;
  }
  scratch.form = count;
  return true;
}

/** The text of the set, if it is stored. */
function findSet(
  { names, sets }: OrganizationApiScopes,
  scopes: ReadonlySet<ApiScope>,
): string | undefined {
  const set = String.fromCharCode(...Array.from(scopes, (name) => findText(names, name)));
  return findText(sets, set) === 0 ? undefined : set;
}

function releaseSet({ names, sets, readSets }: OrganizationApiScopes, number: number): void {
  const set = textOf(sets, number);
  if (!releaseText(sets, number)) return;
  readSets[number] = undefined;
  for (let i = 0; i < set.length; i++) releaseText(names, set.charCodeAt(i));
}

function single(number: number): PackedNumbers {
  scratch.form = SINGLE;
  scratch.numbers[0] = number;
  return scratch;
}

function standsForAll({ form, numbers }: PackedNumbers): boolean {
  return form === SINGLE && numbers[0] === ALL;
}
