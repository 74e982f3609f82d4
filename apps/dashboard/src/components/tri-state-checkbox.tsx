import type { ComponentProps } from 'react';

interface TriStateCheckboxProps extends Omit<ComponentProps<'input'>, 'type' | 'checked'> {
  readonly state: 'all' | 'some' | 'none';
}

export function TriStateCheckbox({ state, ...rest }: TriStateCheckboxProps) {
  return (
    <input
      {...rest}
      type="checkbox"
      checked={state === 'all'}
      ref={(element) => {
        if (element) element.indeterminate = state === 'some';
      }}
    />
  );
}
