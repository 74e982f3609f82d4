import { z } from 'zod';

/**
 * Body of an edit: what is left out stays as it is. One that names no field is refused, since its
 * sender has probably lost what they meant to change.
 */
export function edit<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape).meta({ minProperties: 1 });
}
