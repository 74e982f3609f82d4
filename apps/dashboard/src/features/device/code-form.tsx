import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/line-field.tsx';

export function CodeForm({ onCode }: { readonly onCode: (code: string) => void }) {
  const [text, setText] = useState('');

  function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim()) onCode(text.trim());
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <LineField
        label="Code"
        hint="The command line shows it."
        required
        spellCheck={false}
        className="font-mono uppercase tracking-widest"
        error={undefined}
        value={text}
        onValue={setText}
      />
      <Button type="submit" look="primary">
        Continue
      </Button>
    </form>
  );
}
