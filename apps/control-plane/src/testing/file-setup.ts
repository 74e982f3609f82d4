/** Runs before each test file, also where files share their modules. */
import './cheap-scrypt.ts';
import { afterEach } from 'vitest';
import { throwAnswerFaults } from './answer-faults.ts';
import { closeAtFileEnd } from './at-file-end.ts';

closeAtFileEnd(throwAnswerFaults);
afterEach(throwAnswerFaults);
