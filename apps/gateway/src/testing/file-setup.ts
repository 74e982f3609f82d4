/** Runs before each test file, also where files share their modules. */
import { afterEach } from 'vitest';
import { closeAll } from './close-later.ts';

afterEach(closeAll);
