import { useId } from 'react';
import { RadioRow } from '../../../components/forms/choices.tsx';
import { FieldGroup } from '../../../components/forms/field.tsx';
import { BLANK, type PolicyTemplate, TEMPLATES } from './templates.ts';

interface TemplatePickerProps {
  readonly chosen: PolicyTemplate;
  readonly onChoose: (template: PolicyTemplate) => void;
}

export function TemplatePicker({ chosen, onChoose }: TemplatePickerProps) {
  const name = useId();
  return (
    <FieldGroup label="Template">
      <div className="grid gap-2 sm:grid-cols-2">
        {[BLANK, ...TEMPLATES].map((template) => (
          <RadioRow
            key={template.id}
            name={name}
            label={template.title}
            hint={template.hint}
            checked={template === chosen}
            onChoose={() => onChoose(template)}
          />
        ))}
      </div>
    </FieldGroup>
  );
}
