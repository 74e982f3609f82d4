/** Runs before each test file, also where files share their modules. */
import './remember-scrypt.ts';
import { afterEach } from 'vitest';
import { throwAnswerFaults } from './answer-faults.ts';
import { closeAtFileEnd } from './at-file-end.ts';

closeAtFileEnd(throwAnswerFaults);
afterEach(throwAnswerFaults);
