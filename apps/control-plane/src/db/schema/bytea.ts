import { customType } from 'drizzle-orm/pg-core';

/** Bytes, such as hashes. */
export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
