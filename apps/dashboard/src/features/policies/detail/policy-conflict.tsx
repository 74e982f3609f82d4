import type { Policy } from '@tollkeeper/contract';
import { Button } from '../../../components/button.tsx';
import { EditConflict } from '../../../components/field-changes.tsx';
import { TextDiff } from '../../../components/text-diff.tsx';
import { MODE_WORDS } from '../policy-words.tsx';
import { mergeTexts } from './merge-texts.ts';
import { versionAnchor } from './policy-versions.tsx';

interface PolicyConflictProps {
  readonly submitLabel: string;
  /** The policy as it was opened; undefined while nobody else has edited it. */
  readonly replaced: Policy | undefined;
  /** The policy as it is stored now. */
  readonly base: Policy;
  /** The text as the person has it. */
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** What somebody else saved while the policy was open, and the ways to go on from there. */
export function PolicyConflict({ submitLabel, replaced, base, text, onText }: PolicyConflictProps) {
  if (!replaced) return null;
  return (
    <>
      <EditConflict
        title="This policy was changed since you opened it"
        submitLabel={submitLabel}
        replaced={replaced}
        base={base}
        fieldsOf={fieldsOf}
      />
      {replaced.text === base.text ? null : (
        <TextConflict opened={replaced.text} base={base} text={text} onText={onText} />
      )}
    </>
  );
}

function fieldsOf({ name, description, mode }: Policy) {
  return { Name: name, Description: description || 'none', Mode: MODE_WORDS[mode] };
}

interface TextConflictProps extends Pick<PolicyConflictProps, 'base' | 'text' | 'onText'> {
  readonly opened: string;
}

function TextConflict({ opened, base, text, onText }: TextConflictProps) {
  const merged = mergeTexts(opened, text, base.text);
  const version = `version ${base.version}`;
  return (
    <section aria-label="Changed text" className="flex flex-col gap-3">
      <p className="font-medium">
        The text that is saved now,{' '}
        <a
          href={`#${versionAnchor(base.version)}`}
          className="text-accent-strong underline underline-offset-4"
        >
          {version}
        </a>
        , changed as follows
      </p>
      <TextDiff label={`Changes up to ${version}`} from={opened} to={base.text} />
      {text === base.text ? null : (
        <>
          <p className="font-medium">Saving your text would change {version} as follows</p>
          <TextDiff label={`Your changes to ${version}`} from={base.text} to={text} />
          <div className="flex flex-wrap gap-2">
            {merged === undefined || merged === text ? null : (
              <Button size="small" onClick={() => onText(merged)}>
                Merge both texts
              </Button>
            )}
            <Button size="small" onClick={() => onText(base.text)}>
              Use the text of {version}
            </Button>
          </div>
          {merged === undefined ? (
            <p className="text-[0.8125rem] text-soft">
              Both changed the same lines, so the texts cannot be merged. Edit yours by hand, or use
              the other one.
            </p>
          ) : null}
        </>
      )}
    </section>
  );
}
