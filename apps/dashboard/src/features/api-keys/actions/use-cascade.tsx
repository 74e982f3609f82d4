import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { createdQuery } from '../key-queries.ts';
import { CascadeField, sumOf } from './cascade-field.tsx';

/**
 * Whether to also revoke what the key created or rotated, as a field where there is anything of it.
 * @param usual what applies until the person decides otherwise
 */
export function useCascade(id: string, usual: boolean) {
  const { data, isPending } = useQuery(createdQuery(id));
  const [chosen, setChosen] = useState<boolean>();
  const isNothing = data !== undefined && sumOf(data) === '';
  const cascade = (chosen ?? usual) && !isNothing;
  return {
    cascade,
    /** Not before it is known whether there is anything to decide. */
    blocked: isPending ? 'Checking what the key created or rotated…' : undefined,
    field:
      isPending || isNothing ? null : (
        <CascadeField created={data} checked={cascade} onCheck={setChosen} />
      ),
  };
}
