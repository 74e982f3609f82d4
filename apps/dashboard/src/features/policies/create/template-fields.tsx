import type { ReactNode } from 'react';
import { Select } from '../../../components/forms/controls.tsx';
import { Field } from '../../../components/forms/field.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import {
  AllowedIpsField,
  type SplitTokens,
  TokenField,
} from '../../../components/forms/token-field.tsx';
import type { PolicyTemplate, TemplateAnswers, TemplateQuestion } from './templates.ts';

interface TemplateFieldsProps {
  readonly template: PolicyTemplate;
  readonly answers: TemplateAnswers;
  readonly onAnswer: (part: Partial<TemplateAnswers>) => void;
}

/** What the template asks for, in its order. */
export function TemplateFields({ template, ...props }: TemplateFieldsProps) {
  return template.asks.map((question) => (
    <QuestionField key={question} question={question} template={template} {...props} />
  ));
}

interface QuestionFieldProps extends TemplateFieldsProps {
  readonly question: TemplateQuestion;
}

function QuestionField({ question, template, answers, onAnswer }: QuestionFieldProps): ReactNode {
  switch (question) {
    case 'tag':
      return (
        <LineField
          label="Tag of the keys"
          hint={
            template.needsTag
              ? 'The policy applies to keys with this tag.'
              : 'Optional. Leave empty to apply the policy to every key.'
          }
          lengthMax={64}
          className="max-w-72"
          error={undefined}
          value={answers.tag}
          onValue={(tag) => onAnswer({ tag })}
        />
      );
    case 'ranges':
      return (
        <AllowedIpsField
          ranges={answers.ranges}
          hint="Addresses and ranges from which calls are accepted."
          error={undefined}
          onRanges={(ranges) => onAnswer({ ranges })}
        />
      );
    case 'paths':
      return <PathsField paths={answers.paths} onPaths={(paths) => onAnswer({ paths })} />;
    case 'models':
      return (
        <NamesField
          label="Models"
          hint="As requests name them. The route at the gateway needs inspect: openai or anthropic."
          placeholder="gpt-5"
          addLabel="Add model"
          listLabel="Models of the policy"
          names={answers.models}
          onNames={(models) => onAnswer({ models })}
        />
      );
    case 'tools':
      return (
        <NamesField
          label="Tools"
          hint="As the server lists them. The route at the gateway needs inspect: mcp."
          placeholder="search"
          addLabel="Add tool"
          listLabel="Tools of the policy"
          names={answers.tools}
          onNames={(tools) => onAnswer({ tools })}
        />
      );
    case 'hours':
      return <HoursFields answers={answers} onAnswer={onAnswer} />;
  }
}

interface PathsFieldProps {
  readonly paths: readonly string[];
  readonly onPaths: (paths: readonly string[]) => void;
}

function PathsField({ paths, onPaths }: PathsFieldProps) {
  return (
    <NamesField
      label="Paths"
      hint="A star stands for any characters: /invoices/* is every path below /invoices/."
      placeholder="/invoices/*"
      addLabel="Add path"
      listLabel="Paths of the policy"
      names={paths}
      split={splitPaths}
      explainBad={(bad) => `A path begins with a slash: ${bad.join(', ')}`}
      onNames={onPaths}
    />
  );
}

interface NamesFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly placeholder: string;
  readonly addLabel: string;
  readonly listLabel: string;
  readonly names: readonly string[];
  readonly split?: (text: string) => SplitTokens;
  readonly explainBad?: (bad: readonly string[]) => string;
  readonly onNames: (names: readonly string[]) => void;
}

function NamesField({ names, split, explainBad, onNames, ...texts }: NamesFieldProps) {
  return (
    <TokenField
      {...texts}
      value={names}
      tokensOf={(value) => value}
      add={(value, added) => [...new Set([...value, ...added])]}
      remove={(value, name) => value.filter((other) => other !== name)}
      split={split ?? splitNames}
      explainBad={explainBad ?? (() => '')}
      error={undefined}
      className="max-w-72"
      onValue={onNames}
    />
  );
}

function splitNames(text: string): SplitTokens {
  return { good: text.split(/[\s,]+/).filter(Boolean), bad: [] };
}

function splitPaths(text: string): SplitTokens {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  const isPath = (part: string) => part.startsWith('/');
  return { good: parts.filter(isPath), bad: parts.filter((part) => !isPath(part)) };
}

function HoursFields({ answers, onAnswer }: Omit<TemplateFieldsProps, 'template'>) {
  return (
    <div className="grid gap-4 sm:grid-cols-[8rem_8rem_minmax(0,1fr)]">
      <LineField
        label="From"
        type="time"
        error={undefined}
        value={answers.from}
        onValue={(from) => onAnswer({ from })}
      />
      <LineField
        label="Until"
        type="time"
        error={undefined}
        value={answers.to}
        onValue={(to) => onAnswer({ to })}
      />
      <Field label="Time zone" hint="The policy includes the clock changes of the next five years.">
        {(control) => (
          <Select
            {...control}
            value={answers.timeZone}
            options={timeZones(answers.timeZone).map((zone) => ({ value: zone, label: zone }))}
            onChange={(event) => onAnswer({ timeZone: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

/** Browsers leave UTC out, and may have a zone of their own by an older name. */
function timeZones(chosen: string): string[] {
  return [...new Set(['UTC', chosen, ...Intl.supportedValuesOf('timeZone')])];
}

/** The zone of the person's own clock. */
export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
