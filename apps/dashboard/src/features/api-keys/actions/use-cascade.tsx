import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { createdQuery } from '../key-queries.ts';
import { CascadeField, sumOf } from './cascade-field.tsx';

/**
 * Whether to also revoke what the keys created or rotated, as a field where there is anything of it.
 * @param usual what applies until the person decides otherwise
 */
export function useCascade(ids: readonly string[], usual: boolean) {
  const { data, error, isPending } = useQuery(createdQuery(ids));
  const [chosen, setChosen] = useState<boolean>();
  const isNothing = data !== undefined && sumOf(data) === '';
  const cascade = (chosen ?? usual) && !isNothing;
  return {
    cascade,
    /** Not before it is known whether there is anything to decide. */
    blocked: isPending
      ? `Checking what the ${ids.length === 1 ? 'key' : 'keys'} created or rotated…`
      : undefined,
    field:
      isPending || isNothing ? null : (
        <CascadeField
          keysCount={ids.length}
          created={data}
          error={error}
          checked={cascade}
          onCheck={setChosen}
        />
      ),
  };
}
