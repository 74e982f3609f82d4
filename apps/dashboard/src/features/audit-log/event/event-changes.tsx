import type { AuditEventView } from '@tollkeeper/contract';
import type { ReactNode } from 'react';
import { type FieldChange, FieldChanges } from '../../../components/field-changes.tsx';
import { Panel } from '../../../components/panel.tsx';
import { TextDiff } from '../../../components/text-diff.tsx';
import { counted } from '../../../lib/format.ts';
import { type Change, type Fact, findChanges } from './find-changes.ts';
import { useRecordNames } from './use-record-names.ts';

/** What was recorded before and after, as a difference that a person reads. */
export function EventChanges({ event: { before, after } }: { readonly event: AuditEventView }) {
  const { changed, added, removed, unchanged, empty } = findChanges(
    before,
    after,
    useRecordNames(),
  );
  const isNothing = [changed, added, removed].every((each) => each.length === 0);
  return (
    <Panel title="What changed">
      <div className="flex flex-col gap-5 px-5 pt-1 pb-5">
        {isNothing ? (
          <p className="text-soft">
            {unchanged.length > 0
              ? 'Nothing that is recorded changed.'
              : 'No details are recorded.'}
          </p>
        ) : null}
        {changed.length > 0 ? <Changed changed={changed} /> : null}
        {added.length > 0 ? (
          <Part title={addedTitle(before, after)} isOnly={removed.length + changed.length === 0}>
            <FactList facts={added} />
          </Part>
        ) : null}
        {removed.length > 0 ? (
          <Part title={after === null ? 'What it was' : 'No longer there'} isOnly={false}>
            <FactList facts={removed} />
          </Part>
        ) : null}
        {unchanged.length > 0 ? (
          <Folded title={counted(unchanged.length, 'unchanged field')} facts={unchanged} />
        ) : null}
        {empty.length > 0 ? (
          <Folded title={counted(empty.length, 'empty field')} facts={empty} />
        ) : null}
      </div>
    </Panel>
  );
}

function addedTitle(before: AuditEventView['before'], after: AuditEventView['after']): string {
  return before === null && after !== null ? 'What it is since' : 'Recorded with it';
}

function Changed({ changed }: { readonly changed: readonly Change[] }) {
  const values = changed.filter((each): each is Change & FieldChange => each.kind === 'value');
  const texts = changed.filter((each) => each.kind === 'text');
  return (
    <>
      {values.length > 0 ? <FieldChanges changes={values} /> : null}
      {texts.map(({ term, from, to }) => (
        <div key={term}>
          <h3 className="mb-1.5 font-medium">{term}</h3>
          <TextDiff label={`Changes of ${term}`} from={String(from)} to={String(to)} />
        </div>
      ))}
    </>
  );
}

interface PartProps {
  readonly title: string;
  /** It needs no title where there is nothing else. */
  readonly isOnly: boolean;
  readonly children: ReactNode;
}

function Part({ title, isOnly, children }: PartProps) {
  return (
    <div>
      {isOnly ? null : <h3 className="mb-1 font-medium text-[0.8125rem] text-soft">{title}</h3>}
      {children}
    </div>
  );
}

interface FoldedProps {
  readonly title: string;
  readonly facts: readonly Fact[];
}

/** What hardly anybody reads. */
function Folded({ title, facts }: FoldedProps) {
  return (
    <details>
      <summary className="w-fit cursor-pointer rounded-sm text-soft hover:text-ink">
        {title}
      </summary>
      <div className="mt-2">
        <FactList facts={facts} />
      </div>
    </details>
  );
}

function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="divide-y divide-line">
      {facts.map(({ term, words, isText }) => (
        <div key={term} className="flex flex-col gap-x-4 gap-y-0.5 py-2 sm:flex-row">
          <dt className="w-48 shrink-0 text-soft">{term}</dt>
          <dd className="min-w-0 flex-1 [overflow-wrap:anywhere]">
            {isText ? (
              <pre className="max-h-80 overflow-auto whitespace-pre-wrap rounded-md border border-line bg-canvas px-3 py-2 font-mono text-[0.8125rem]">
                {words}
              </pre>
            ) : typeof words === 'string' ? (
              words
            ) : (
              <ul className="flex flex-wrap gap-x-4 gap-y-1 font-mono text-[0.8125rem]">
                {words.map((word) => (
                  <li key={word}>{word}</li>
                ))}
              </ul>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
